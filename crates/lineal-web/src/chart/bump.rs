//! Places over time: who is ahead of whom at each snapshot, with names at both ends.

use super::{
    axis::{Across, Frame},
    svg::{Anchor, INK, LABEL, SERIES, Svg, shortened},
};
use lineal_core::date::SnapshotDate;

pub struct Bump {
    pub heading: String,
    pub snapshots: Vec<SnapshotDate>,
    /// Of each snapshot, the names in their order, first place first.
    pub places: Vec<Vec<String>>,
}

const WIDTH: f64 = 1050.0;
const ROW: f64 = 27.0;
/// The most letters of a name at either end.
const LETTERS: usize = 34;
/// What names need on either side.
const SIDE: f64 = 245.0;

/// One name's places: the snapshot's position and the place in it, both from zero.
struct Course<'a> {
    name: &'a str,
    places: Vec<(usize, usize)>,
}

/// Finds who has had which place, in the order of first appearance.
fn courses(bump: &Bump) -> Vec<Course<'_>> {
    let mut courses: Vec<Course> = Vec::new();
    for (snapshot, names) in bump.places.iter().enumerate() {
        for (place, name) in names.iter().enumerate() {
            match courses.iter_mut().find(|course| course.name == name) {
                Some(course) => course.places.push((snapshot, place)),
                None => courses.push(Course { name, places: vec![(snapshot, place)] }),
            }
        }
    }
    courses
}

pub fn svg(bump: &Bump) -> String {
    let rows = bump.places.iter().map(Vec::len).max().unwrap_or(0);
    let top = 14.0;
    let frame =
        Frame { left: SIDE, right: WIDTH - SIDE, top, bottom: top + ROW * rows.saturating_sub(1) as f64 };
    let mut svg = Svg::new(WIDTH, frame.bottom + 46.0);
    let across = Across::dates(&bump.snapshots);
    let first = bump.snapshots.first().copied();
    let at = |(snapshot, place): (usize, usize)| {
        let date = bump.snapshots.get(snapshot).copied();
        let days = date.zip(first).map_or(0, |(date, first)| date.days_since(first));
        (across.place(days as f64, frame), frame.top + ROW * place as f64)
    };
    across.draw(Frame { bottom: frame.bottom + ROW / 2.0, ..frame }, &mut svg);
    let end = bump.snapshots.len().saturating_sub(1);
    let is_dense = across.closest(frame) < 16.0;
    for (course, colour) in courses(bump).iter().zip(SERIES.into_iter().cycle()) {
        svg.named(course.name, |svg| {
            // Who is not among the names of a snapshot has no place there.
            for run in course.places.chunk_by(|a, b| b.0 == a.0 + 1) {
                let points: Vec<(f64, f64)> = run.iter().map(|place| at(*place)).collect();
                svg.through(&points, 2.5, colour);
                for (point, (snapshot, _)) in points.iter().zip(run) {
                    let is_end = points.len() == 1 || [0, end].contains(snapshot);
                    if !is_dense || is_end {
                        svg.dot(*point, if is_end { 5.0 } else { 3.5 }, colour);
                    }
                }
            }
            let name = shortened(course.name, LETTERS);
            for (snapshot, place) in &course.places {
                let (x, y) = at((*snapshot, *place));
                if *snapshot == 0 {
                    svg.text((x - 30.0, y + 4.0), Anchor::End, INK, &name);
                    svg.text((x - 12.0, y + 4.0), Anchor::End, LABEL, &(place + 1).to_string());
                }
                if *snapshot == end && end > 0 {
                    svg.text((x + 30.0, y + 4.0), Anchor::Start, INK, &name);
                    svg.text((x + 12.0, y + 4.0), Anchor::Start, LABEL, &(place + 1).to_string());
                }
            }
        });
    }
    svg.finish()
}

pub fn words(bump: &Bump) -> String {
    let order = |names: Option<&Vec<String>>| names.map_or(String::new(), |names| names.join(", "));
    let dates = bump.snapshots.first().zip(bump.snapshots.last());
    match dates {
        Some((first, last)) => {
            format!("On {first}: {}. On {last}: {}.", order(bump.places.first()), order(bump.places.last()))
        }
        None => "No snapshots.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bump(places: &[&str]) -> Bump {
        let first: SnapshotDate = "2025-03-12".parse().expect("a date");
        Bump {
            heading: String::new(),
            snapshots: (0..places.len() as u64).filter_map(|week| first.plus_days(7 * week)).collect(),
            places: places
                .iter()
                .map(|names| names.split_whitespace().map(str::to_owned).collect())
                .collect(),
        }
    }

    #[test]
    fn who_leaves_and_returns_has_two_lines() {
        let bump = bump(&["a b", "b a", "a c", "a b", "a b"]);
        let courses = courses(&bump);
        let b = courses.iter().find(|course| course.name == "b").expect("was there");
        assert_eq!(b.places, [(0, 1), (1, 0), (3, 1), (4, 1)]);
        let svg = svg(&bump);
        let b =
            svg.split("<title>b</title>").nth(1).and_then(|rest| rest.split("</g>").next()).expect("drawn");
        assert_eq!(b.matches("<path").count(), 2);
        assert_eq!(b.matches(">b</text>").count(), 2);
    }

    #[test]
    fn names_are_shortened_and_escaped() {
        let name = format!("<script>alert(1)</script>/{}", "x".repeat(60));
        let svg = svg(&bump(&[&name, &name]));
        assert!(svg.contains("<title>&lt;script&gt;alert(1)&lt;/script&gt;/xxx"), "{svg}");
        assert!(svg.contains(">&lt;script&gt;alert(1)&lt;/script&gt;/xxxxxxx…</text>"), "{svg}");
        assert!(!svg.contains("<script"));
    }

    #[test]
    fn words_give_both_orders() {
        assert_eq!(words(&bump(&["a b", "b a"])), "On 2025-03-12: a, b. On 2025-03-19: b, a.");
        assert_eq!(words(&bump(&[])), "No snapshots.");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(!svg(&bump(&[])).contains("NaN"));
        assert_eq!(svg(&bump(&["a"])).matches("<text").count(), 3);
    }
}
