//! A timeline gone through by the API, by the player's own rules.

use super::{add, call, flaws, id_of, one};
use crate::support::{API_KEY, App, on_each_engine};
use reqwest::Method;
use serde_json::{Value, json};

on_each_engine! {
    a_simulation_holds_at_a_gate_until_it_is_answered
    a_simulation_says_what_is_wrong_with_it
}

async fn simulate(app: &App, id: i64, body: &Value) -> (u16, Value) {
    call(app, Method::POST, &format!("{id}/interactions/simulate"), Some(body), API_KEY).await
}

async fn a_simulation_holds_at_a_gate_until_it_is_answered(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let mut form = one("lead_form");
    form["gate"] = json!("required");
    form["skip_if_known"] = json!(true);
    let mut banner = one("cta");
    banner["at"] = json!({"s": 30});
    banner["draft"] = json!(true);
    let (form, banner) = (id_of(&add(&app, video.id, &form).await), id_of(&add(&app, video.id, &banner).await));
    let events = json!([
        {"type": "play"}, {"type": "time", "to_s": 40}, {"type": "skip", "interaction": form}, {"type": "seek", "to_s": 50},
        {"type": "answer", "interaction": form}, {"type": "time", "to_s": 31}
    ]);
    let (status, answer) = simulate(&app, video.id, &json!({"events": events})).await;
    assert_eq!(status, 200, "{answer}");
    let state = |at: f64, showing: Value, holding: Value, paused: bool| json!({"position_s": at, "showing": showing, "holding": holding, "paused": paused});
    let held = state(20.0, json!([form]), json!([form]), true);
    let mut refused = held.clone();
    refused["refused"] = json!(true);
    assert_eq!(answer["start"], state(0.0, json!([]), json!([]), true));
    let after = [
        state(0.0, json!([]), json!([]), false),
        held.clone(),
        refused.clone(),
        refused,
        state(20.0, json!([]), json!([]), false),
        state(31.0, json!([]), json!([]), false),
    ];
    assert_eq!(answer["events"], json!(after));

    let play = json!([{"type": "play"}, {"type": "time", "to_s": 31}]);
    let (_, known) = simulate(&app, video.id, &json!({"events": play, "known": true})).await;
    assert_eq!(known["events"][1]["position_s"], 31.0, "who is known does not meet the form");
    let (_, draft) = simulate(&app, video.id, &json!({"events": play, "known": true, "draft": true})).await;
    assert_eq!(draft["events"][1]["showing"], json!([banner]));
}

async fn a_simulation_says_what_is_wrong_with_it(app: App) {
    let video = app.add_video(&[], |_| {}).await;
    let events = json!([
        {"type": "dance"}, {"type": "time"}, {"type": "seek", "to_s": -1}, {"type": "skip", "interaction": "x"},
        {"type": "answer", "interaction": "00000000-0000-7000-8000-000000000001"}, 7
    ]);
    let answer = simulate(&app, video.id, &json!({"events": events, "known": "yes"})).await;
    let fields: Vec<&str> = flaws(&answer).into_iter().map(|(field, _)| field).collect();
    let expected =
        ["/known", "/events/0", "/events/1", "/events/2/to_s", "/events/3", "/events/4/interaction", "/events/5"];
    assert_eq!(fields, expected);
    assert_eq!(flaws(&simulate(&app, video.id, &json!({})).await), [("/events", "must be a list of events")]);
    let many = json!({"events": vec![json!({"type": "play"}); 501]});
    assert_eq!(flaws(&simulate(&app, video.id, &many).await), [("/events", "may have at most 500 events")]);
    let unknown = app.add_video(&[], |video| video.duration_ms = None).await;
    let answer = simulate(&app, unknown.id, &json!({"events": []})).await;
    assert_eq!(flaws(&answer), [("", "the video's length is not known yet")]);
}
