//! Where an interaction stands on the frame.

use crate::error::Flaw;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// A box in percent of the frame.
    Overlay {
        #[schemars(range(min = 0.0, max = 100.0))]
        x: f64,
        #[schemars(range(min = 0.0, max = 100.0))]
        y: f64,
        #[schemars(range(min = 0.0, max = 100.0))]
        w: f64,
        #[schemars(range(min = 0.0, max = 100.0))]
        h: f64,
    },
    Banner {
        edge: Edge,
    },
    /// Above everything; nothing else can be reached until it is done with.
    Modal,
    /// In the middle, the video still to be seen and reached around it.
    Card,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    Top,
    Bottom,
}

impl Edge {
    pub fn other(self) -> Edge {
        match self {
            Edge::Top => Edge::Bottom,
            Edge::Bottom => Edge::Top,
        }
    }
}

impl Layout {
    pub fn flaw(self) -> Option<Flaw> {
        let Layout::Overlay { x, y, w, h } = self else { return None };
        let inside = [x, y, w, h].iter().all(|n| (0.0..=100.0).contains(n));
        let fits = inside && x + w <= 100.0 && y + h <= 100.0 && w > 0.0 && h > 0.0;
        (!fits).then(|| Flaw::new("layout.overlay", "the box must have a size and stay inside the frame (percent)"))
    }

    /// The banner that an overlay becomes where it would cover another one.
    pub fn banner(self) -> Layout {
        match self {
            Layout::Overlay { y, h, .. } if y + h / 2.0 <= 50.0 => Layout::Banner { edge: Edge::Top },
            Layout::Overlay { .. } => Layout::Banner { edge: Edge::Bottom },
            Layout::Banner { .. } | Layout::Modal | Layout::Card => self,
        }
    }

    /// At which edge does a box stand?
    pub fn edge(self) -> Option<Edge> {
        match (self, self.banner()) {
            (Layout::Overlay { .. }, Layout::Banner { edge }) => Some(edge),
            _ => None,
        }
    }

    /// Would two boxes touch?
    pub fn covers(self, other: Layout) -> bool {
        let (Layout::Overlay { x, y, w, h }, Layout::Overlay { x: ox, y: oy, w: ow, h: oh }) = (self, other) else {
            return false;
        };
        x < ox + ow && ox < x + w && y < oy + oh && oy < y + h
    }

    /// The class and inline style of the place; the style sheet turns an overlay into a banner
    /// where the frame is narrow.
    pub fn place(self) -> (&'static str, String) {
        match self {
            Layout::Overlay { x, y, w, h } if y + h / 2.0 > 50.0 => {
                ("overlay low", format!("--x:{x}%;--w:{w}%;--b:{}%", round(100.0 - y - h)))
            }
            Layout::Overlay { x, y, w, .. } => ("overlay", format!("--x:{x}%;--w:{w}%;--y:{y}%")),
            Layout::Banner { edge: Edge::Top } => ("banner", String::new()),
            Layout::Banner { edge: Edge::Bottom } => ("banner low", String::new()),
            Layout::Modal => ("modal", String::new()),
            Layout::Card => ("middle", String::new()),
        }
    }
}

fn round(percent: f64) -> f64 {
    (percent * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORNER: Layout = Layout::Overlay { x: 60.0, y: 70.0, w: 30.0, h: 20.0 };

    #[test]
    fn a_box_outside_the_frame_is_named() {
        assert_eq!(CORNER.flaw(), None);
        let outside = Layout::Overlay { x: 80.0, y: 70.0, w: 30.0, h: 20.0 };
        assert_eq!(outside.flaw().expect("a flaw").field, "layout.overlay");
        let nothing = Layout::Overlay { x: 1.0, y: 1.0, w: 0.0, h: 20.0 };
        assert!(nothing.flaw().is_some());
        let odd = Layout::Overlay { x: f64::NAN, y: 1.0, w: 1.0, h: 1.0 };
        assert!(odd.flaw().is_some());
    }

    #[test]
    fn boxes_cover_each_other_only_where_they_meet() {
        let over = Layout::Overlay { x: 0.0, y: 60.0, w: 61.0, h: 11.0 };
        let beside = Layout::Overlay { x: 0.0, y: 0.0, w: 60.0, h: 100.0 };
        assert!(CORNER.covers(over) && over.covers(CORNER));
        assert!(!CORNER.covers(beside) && !CORNER.covers(Layout::Modal));
    }

    #[test]
    fn an_overlay_keeps_its_edge_as_a_banner() {
        assert_eq!(CORNER.banner(), Layout::Banner { edge: Edge::Bottom });
        let high = Layout::Overlay { x: 0.0, y: 5.0, w: 30.0, h: 20.0 };
        assert_eq!(high.banner(), Layout::Banner { edge: Edge::Top });
    }
}
