//! `/docs/metrics`: what every figure of the reports means, from the list that the API explains by.

use super::{Document, Frame, docs};
use crate::{
    metrics::{METRICS, Metric, RULES, Report},
    words::Lang,
};
use leptos::prelude::*;

#[component]
pub fn MetricsPage(frame: Frame) -> impl IntoView {
    let frame = Frame { lang: Lang::En, ..frame };
    view! {
        <Document
            frame
            title="What the figures mean · Cuepoint".to_owned()
            description="How Cuepoint counts loads, plays, viewers and time watched.".to_owned()
            class="page docs"
        >
            <link rel="stylesheet" href="/sdk/docs.css" />
            <a class="docs-skip" href="#rules">"Skip to the text"</a>
            <header class="docs-head">
                {docs::top("/docs/metrics")}
                <h1>"What the figures mean"</h1>
                <p class="docs-lead">
                    "Every figure comes from one ledger of played intervals and accepted answers. "
                    <code>"GET /api/v1/videos/{id}/reports/explain?metric="</code>
                    " tells for your video what one was made of, and what was left out."
                </p>
            </header>
            <div class="docs-body">
                <nav class="docs-nav" aria-label="On this page">
                    <ul>
                        <li><a href="#rules">"What always holds"</a></li>
                        {Report::ALL.map(|report| view! {
                            <li><a href=format!("#{}", id(report))>{report.title()}</a></li>
                        }).collect_view()}
                    </ul>
                </nav>
                <main class="docs-main">
                    <section id="rules" aria-labelledby="rules-name">
                        <h2 id="rules-name"><a href="#rules">"What always holds"</a></h2>
                        <table class="docs-table">
                            <caption>"Rules"</caption>
                            <tbody>{RULES.iter().map(|(name, text)| view! {
                                <tr><th scope="row">{*name}</th><td>{*text}</td></tr>
                            }).collect_view()}</tbody>
                        </table>
                    </section>
                    {Report::ALL.map(section).collect_view()}
                </main>
            </div>
        </Document>
    }
}

fn id(report: Report) -> String {
    report.title().to_lowercase().replace(' ', "-")
}

fn section(report: Report) -> AnyView {
    let rows = METRICS.iter().filter(|metric| metric.report == report).map(row).collect_view();
    let (id, name) = (id(report), format!("{}-name", id(report)));
    view! {
        <section id=id.clone() aria-labelledby=name.clone()>
            <h2 id=name.clone()><a href=format!("#{id}")>{report.title()}</a></h2>
            <p><code>{format!("GET {}", report.path())}</code></p>
            <table class="docs-table">
                <caption>{report.title()}</caption>
                <thead><tr><th scope="col">"Figure"</th><th scope="col">"Meaning"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(metric: &'static Metric) -> AnyView {
    let formula = (!metric.formula.is_empty() && metric.formula != metric.name).then_some(metric.formula);
    view! {
        <tr id=metric.anchor()>
            <th scope="row"><code>{metric.name}</code></th>
            <td>{metric.definition}{formula.map(|text| view! { <span class="docs-more">{text}</span> })}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::super::Assets;
    use super::*;

    #[test]
    fn every_definition_stands_on_the_page() {
        let canonical = "https://video.example.com/docs/metrics".to_owned();
        let frame = Frame { assets: Assets::default(), nonce: "n".to_owned(), canonical, lang: Lang::En };
        let html = Owner::new().with(|| MetricsPage(MetricsPageProps { frame }).into_view().to_html());
        for metric in METRICS {
            assert!(html.contains(&format!("id=\"{}\"", metric.anchor())), "{}", metric.name);
        }
    }
}
