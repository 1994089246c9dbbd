use super::*;

fn theme(accent: &str, text: &str, background: &str) -> Theme {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Theme { accent: some(accent), text: some(text), background: some(background), ..Theme::default() }
}

fn fields(theme: &Theme) -> Vec<String> {
    theme.flaws().into_iter().map(|flaw| flaw.field).collect()
}

/// The colour that the sentence about a flaw suggests.
fn example(flaw: &Flaw) -> String {
    let (_, rest) = flaw.message.split_once("for example ").expect("an example");
    rest[..7].to_owned()
}

#[test]
fn nothing_set_is_nothing_wrong_and_no_css() {
    assert_eq!(Theme::default().flaws(), []);
    assert_eq!(Theme::default().css(), "");
}

#[test]
fn our_own_accent_passes() {
    assert!(passes(ACCENT, WHITE));
}

#[test]
fn text_that_is_hard_to_read_is_refused_with_the_nearest_that_reads() {
    let flaws = theme("", "#999999", "#ffffff").flaws();
    let says = "contrast with the background is 2.84:1; at least 4.5:1 is needed, for example #";
    assert!(flaws[0].message.starts_with(says), "{}", flaws[0].message);
    assert_eq!(flaws[0].field, "theme.text");
    assert_eq!(theme("", &example(&flaws[0]), "#ffffff").flaws(), []);
}

#[test]
fn a_dark_ground_alone_names_the_ground() {
    let flaws = theme("", "", "#1d1c28").flaws();
    assert_eq!(flaws[0].field, "theme.background");
    assert!(flaws[0].message.ends_with("; or set theme.text"), "{}", flaws[0].message);
    assert_eq!(fields(&theme("", "#ffffff", "#1d1c28")), [""; 0]);
}

#[test]
fn every_accent_that_is_suggested_passes() {
    for (accent, background) in
        [("#ffd400", ""), ("#000080", ""), ("#f59a23", ""), ("#777777", ""), ("#ffffff", ""), ("#3344cc", "#101018")]
    {
        let text = if background.is_empty() { "" } else { "#ffffff" };
        let flaws = theme(accent, text, background).flaws();
        assert!(!flaws.is_empty(), "{accent}");
        for flaw in &flaws {
            assert_eq!(flaw.field, "theme.accent");
            assert_eq!(theme(&example(flaw), text, background).flaws(), [], "{accent}: {}", flaw.message);
        }
    }
}

#[test]
fn each_failure_of_an_accent_is_told_apart() {
    let says = |accent| theme(accent, "", "").flaws().into_iter().map(|flaw| flaw.message).collect::<String>();
    assert!(says("#000080").contains("the player's controls"));
    assert!(says("#ffd400").contains("contrast with the background is 1."));
    assert!(says("#767676").is_empty() || says("#767676").contains("its label"));
}

#[test]
fn a_ground_on_which_no_accent_is_seen_is_said_to_be_the_trouble() {
    let flaws = theme("#6159e1", "#000000", "#a0a0a0").flaws();
    assert!(flaws.iter().any(|flaw| flaw.message.contains("use a lighter or a darker background")), "{flaws:?}");
    assert_eq!(fields(&theme("", "#000000", "#a0a0a0")), ["theme.background"]);
}

#[test]
fn what_is_no_colour_is_named() {
    assert_eq!(fields(&theme("red", "#12", "url(x)")), ["theme.accent", "theme.text", "theme.background"]);
    assert_eq!(theme("red;}", "#12", "url(x)").css(), "");
}

#[test]
fn a_radius_has_a_limit() {
    let with = |radius| Theme { radius: Some(radius), ..Theme::default() };
    assert_eq!(with(24).flaws(), []);
    assert_eq!(fields(&with(25)), ["theme.radius"]);
    assert_eq!(with(8).css(), "--cue-radius:4px;--cue-radius-card:8px;");
}

#[test]
fn the_css_names_only_what_is_set() {
    let css = theme("#5b50e0", "", "").css();
    assert!(css.starts_with("--cue-accent:#5b50e0;--cue-accent-strong:#"), "{css}");
    assert!(css.contains("--cue-on-accent:#ffffff;--cue-played:#5b50e0;"), "{css}");
    assert!(!css.contains("--cue-ink") && !css.contains("--cue-radius"));
}

#[test]
fn text_and_ground_come_as_a_pair() {
    let css = theme("", "#333333", "").css();
    assert!(css.contains("--cue-ink:#333333;") && css.contains("--cue-raised:#ffffff;"), "{css}");
    let css = theme("", "#f0f0f0", "#3a3a48").css();
    assert!(css.contains("--cue-line:#") && css.contains("--cue-accent:#"), "ours is not seen there: {css}");
}

#[test]
fn quiet_text_still_reads() {
    for (text, background) in [(INK, WHITE), (WHITE, INK), (Colour::new(0x6b, 0x6b, 0x6b), WHITE)] {
        assert!(soft(text, background).contrast(background) >= READABLE);
    }
}

#[test]
fn an_address_may_ask_for_an_accent_and_gets_the_nearest_that_passes() {
    assert_eq!(nearest_accent("5b50e0").as_deref(), Some("#5b50e0"));
    assert_eq!(nearest_accent("#5B50E0").as_deref(), Some("#5b50e0"));
    let yellow = nearest_accent("ffd400").expect("a colour");
    assert_eq!(theme(&yellow, "", "").flaws(), []);
    for wrong in ["", "#", "red", "##fff", "#fff;x"] {
        assert_eq!(nearest_accent(wrong), None, "{wrong}");
    }
}
