//! A bar chart as SVG, drawn by charts-rs: one bar a row, its value at its end.
//!
//! Bars grow with the logarithm of their count, from one half, so that a single one can be seen.
//! The logarithm is taken here: counts outgrow the library's 32-bit floats. Colours are the light
//! theme's; the page's style overrides them by attribute (`[fill="#33658A"]`), and a chart needs
//! no style to be seen.

use crate::{exhibit::Panel, number};
use charts_rs::{Box as Margin, Color, FontConfig, HorizontalBarChart, Series, YAxisConfig};

/// The colours that the page's style knows.
const BAR: Color = Color { r: 0x33, g: 0x65, b: 0x8A, a: 255 };
const VALUE: Color = Color { r: 0x1F, g: 0x24, b: 0x28, a: 255 };
const LABEL: Color = Color { r: 0x59, g: 0x62, b: 0x6A, a: 255 };

const WIDTH: f32 = 340.0;
const ROW: f32 = 19.0;
const FONT: f32 = 11.5;
/// The part of the width that the longest bar leaves to its value.
const ROOM: f32 = 0.42;

/// Returns how far the longest bar of some panels reaches, to draw them all to one scale.
pub fn reach(panels: &[Panel]) -> f32 {
    let bars = panels.iter().flat_map(|panel| &panel.bars);
    bars.filter_map(|bar| number::logarithm(&bar.count)).map(length).fold(1.0, f32::max)
}

/// Draws a panel to a scale from [`reach`].
pub fn svg(panel: &Panel, reach: f32) -> charts_rs::Result<String> {
    // The library draws from the bottom up.
    let rows: Vec<_> = panel.bars.iter().rev().collect();
    // It labels a bar with its value or its series' name, and ours are no 32-bit floats: so each
    // bar is a series of its own, all in one stack, which gives them one slot.
    let series = rows.iter().enumerate().map(|(row, bar)| Series {
        data: vec![Some(number::logarithm(&bar.count).map_or(0.0, length))],
        start_index: row,
        index: Some(0),
        label_show: true,
        stack: Some("bars".to_owned()),
        ..Series::new(value(panel, bar), Vec::new())
    });
    let labels = rows.iter().map(|bar| bar.label.clone()).collect();
    let mut chart = HorizontalBarChart::new(series.collect(), labels);
    chart.width = WIDTH;
    chart.height = ROW * rows.len() as f32;
    chart.margin = Margin::default();
    chart.background_color = Color::transparent();
    chart.font_family = "system-ui, sans-serif".to_owned();
    chart.legend.show = Some(false);
    chart.grid.stroke_color = Color::transparent();
    chart.x_axis.hidden = true;
    chart.x_axis.stroke_color = Color::transparent();
    chart.x_axis.font = FontConfig { size: FONT, color: LABEL, weight: None };
    chart.series.colors = vec![BAR];
    chart.series.label.font = FontConfig { size: FONT, color: VALUE, weight: None };
    chart.series.label.formatter = "{a}".to_owned();
    chart.y_axis_configs = vec![YAxisConfig {
        min: Some(0.0),
        max: Some(reach / (1.0 - ROOM)),
        split_number: 1,
        ..YAxisConfig::default()
    }];
    chart.svg()
}

/// Says the same as the chart, for those who do not see it.
pub fn words(panel: &Panel) -> String {
    let bars = panel.bars.iter().map(|bar| format!("{}: {}", bar.label, value(panel, bar)));
    bars.collect::<Vec<_>>().join("; ")
}

fn value(panel: &Panel, bar: &crate::exhibit::Bar) -> String {
    let bound = if panel.at_least { "≥ " } else { "" };
    format!("{bound}{}", number::count(&bar.count))
}

/// The length of a bar, in powers of ten above one half.
fn length(logarithm: f64) -> f32 {
    (logarithm + 2f64.log10()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exhibit::Bar;
    use lineal_core::big::BigCount;

    fn panel(bars: &[(&str, BigCount)]) -> Panel {
        let bars = bars.iter().map(|(label, count)| Bar { label: (*label).to_owned(), count: count.clone() });
        Panel { heading: "Formal", bars: bars.collect(), at_least: false }
    }

    #[test]
    fn labels_are_escaped_by_the_library() {
        let panel = panel(&[("</text><script>\"&", 3.into())]);
        let svg = svg(&panel, reach(std::slice::from_ref(&panel))).expect("draws");
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;"), "{svg}");
        assert!(!svg.contains("<script"));
    }

    #[test]
    fn every_bar_has_its_value_however_large() {
        let huge = BigCount(BigCount::from(10).0.pow(400) * 7u32);
        let panel = panel(&[("2", 1_234.into()), ("3", 0.into()), ("4", huge)]);
        let svg = svg(&panel, reach(std::slice::from_ref(&panel))).expect("draws");
        for value in ["\n1,234\n", "\n0\n", "\n7.0 × 10⁴⁰⁰\n"] {
            assert!(svg.contains(value), "{value} in {svg}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert_eq!(words(&panel), "2: 1,234; 3: 0; 4: 7.0 × 10⁴⁰⁰");
    }

    #[test]
    fn colours_are_the_ones_that_the_style_knows() {
        let panel = panel(&[("2", 5.into())]);
        let svg = svg(&panel, reach(std::slice::from_ref(&panel))).expect("draws");
        let style = include_str!("../templates/report.css");
        let visible = svg.replace(r##"stroke="#000000" stroke-opacity="0""##, "");
        assert!(!visible.contains("stroke="), "{visible}");
        for fill in svg.split("fill=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(fill == "none" || style.contains(&format!("[fill=\"{fill}\"]")), "{fill}");
        }
    }

    #[test]
    fn a_chart_without_bars_is_drawn_empty() {
        let panel = panel(&[]);
        assert!(svg(&panel, reach(std::slice::from_ref(&panel))).is_ok());
    }
}
