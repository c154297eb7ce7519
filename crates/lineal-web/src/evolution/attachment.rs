//! Do clusters that are large already gain the most?

use super::sides::{Sides, week_cells, week_columns};
use crate::{
    cell::Cell,
    chart::{
        Chart,
        axis::Unit,
        lines::{Line, Lines},
    },
    exhibit::{Column, Display, Exhibit},
};
use lineal_core::{attachment::Attachment, evolution::Week};

/// How many standard errors an interval of 95 % reaches on either side.
const ERRORS: f64 = 1.96;

pub fn by_week(sides: &Sides) -> Exhibit {
    let rows = sides.formal.weeks.iter().map(|week| {
        let Attachment { clusters, growing, gained, .. } = week.attachment;
        let mut row = week_cells(week);
        row.extend([clusters, growing, gained].map(Cell::count));
        row.extend(shares(&week.attachment).map(|(_, share)| Cell::share(share)));
        row.extend([week.attachment.exponent, week.attachment.exponent_error].map(Cell::mean));
        row
    });
    let mut columns = week_columns();
    columns.extend([
        Column::number("clusters", "Clusters"),
        Column::number("growing", "Growing"),
        Column::number("gained", "Models gained"),
        Column::number("share_of_ten_largest", "Ten largest").under("Share of the gains"),
        Column::number("share_of_top_1_percent", "Largest 1%").under("Share of the gains"),
        Column::number("share_of_top_10_percent", "Largest 10%").under("Share of the gains"),
        Column::number("exponent", "Exponent"),
        Column::number("exponent_error", "± error"),
    ]);
    Exhibit::table(
        "attachment",
        "Do the largest gain the most?",
        "What clusters gained in a week, by how large they were before it. The share of the gains that went to the largest; \
         and the exponent by which gains follow size: at 1 a cluster twice as large gains twice as many models, below 1 \
         the advantage of size fades, at 0 there is none. Its interval is 1.96 standard errors, widened for models that \
         come in batches.",
        columns,
        rows.collect(),
    )
    .displayed(Display::Charts(vec![exponents(sides), gains(sides)]))
    .folded()
}

fn shares(attachment: &Attachment) -> [(&'static str, Option<f64>); 3] {
    [
        ("ten largest", attachment.share_of_ten_largest),
        ("largest 1%", attachment.share_of_top_1_percent),
        ("largest 10%", attachment.share_of_top_10_percent),
    ]
}

fn exponents(sides: &Sides) -> Chart {
    let mut line = Line::by_week(sides, "exponent", |week| week.attachment.exponent);
    for (point, week) in line.points.iter_mut().zip(&sides.formal.weeks) {
        let error = week.attachment.exponent_error.filter(|error| error.is_finite());
        point.interval =
            point.value.zip(error).map(|(value, error)| (value - ERRORS * error, value + ERRORS * error));
    }
    Chart::Lines(Lines::over_dates("Exponent of growth by size", sides.weeks(), Unit::Number, vec![line]))
}

fn gains(sides: &Sides) -> Chart {
    let line = |at: usize| {
        let label = shares(&Attachment::default())[at].0;
        Line::by_week(sides, label, move |week: &Week| shares(&week.attachment)[at].1)
    };
    let lines = (0..3).map(line).collect();
    Chart::Lines(Lines::over_dates("Share of the gains of all clusters", sides.weeks(), Unit::Share, lines))
}
