//! Every sentence that viewers read, in every language: one file a language, each a `match` without
//! `_`, so that a missing sentence does not compile.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod ja;
mod pt;

use Word::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    #[default]
    En,
    De,
    Es,
    Fr,
    Pt,
    Ja,
    Ar,
}

macro_rules! words {
    ($player:ident { $($mine:ident)* } page { $($page:ident)* }) => {
        /// A sentence by its meaning. `{}` in a translation stands for a value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Word { $($mine,)* $($page,)* }

        /// What the player says, in the order in which it travels to the browser.
        pub const $player: &[Word] = &[$($mine,)*];

        /// What pages say around the player.
        pub const PAGE: &[Word] = &[$($page,)*];
    };
}

words! {
    PLAYER {
        // Controls
        Player PlayVideo Play Pause Replay Mute Unmute TurnSoundOn Volume Seek TimeOf Captions FullScreen
        LeaveFullScreen Settings PictureInPicture LeavePictureInPicture AnotherDevice Loading Close Back Off On
        // Settings
        Speed Normal Quality Automatic Sound OriginalSound Description Loop Download CopyLinkAtTime Copied
        CaptionStyle Font SansSerif Serif Monospace Casual Size Colour Background Edge NoEdge Shadow Outline Raised
        White Yellow Green Cyan Blue Magenta Red Black Solid HalfClear Clear Reset
        // Panel
        Contents Chapters Transcript Moments SearchTranscript NothingFound NoTranscript
        // Keyboard
        Keyboard UseKeys KeyPlay KeyBackOn5 KeyBackOn10 KeyVolume KeyMute KeyFullScreen KeyCaptions
        KeyPictureInPicture KeyDescription KeySpeed KeyJump KeyStep KeyEnds KeyHelp Or
        // Sharing
        Share Link LinkAtTime Embed EmbedFixed EmbedElement Copy
        // Announcements
        SaidPlaying SaidPaused SaidEnded SaidMuted SaidUnmuted SaidVolume SaidCaptionsOn SaidCaptionsOff SaidFullScreen
        SaidLeftFullScreen SaidPictureInPicture SaidSpeed SaidAt SaidResumed SaidQuality SaidChapter
        // Errors
        LostConnection CannotDecode CannotLoad Offline TryAgain
        // Interactions
        WaitsForYou StartOver
    }
    page {
        ViewsZero ViewsOne ViewsTwo ViewsFew ViewsMany ViewsOther PlayedBy WatchingAs NotYou
        UnknownTitle UnknownAdvice GoneTitle GoneAdvice LockedTitle LockedAdvice Password Unlock PasswordWrong PasswordLater ForSomeTitle ForSomeAdvice
        NotHereTitle NotHereAdvice WatchThere ProcessingTitle
        ProcessingAdvice FailedTitle UnwellTitle UnwellAdvice HomeTitle HomeAdvice
        EmbedMail FailedReach FailedRights FailedBroke FailedLarge FailedKind FailedMaking FailedStopped Percented
        // Uploads
        UploadTitle UploadAbout UploadDrop UploadSend UploadQueued UploadSending UploadPaused UploadResume UploadLost
        UploadPreparing UploadReady UploadFailed UploadLarge UploadClosedTitle
        // Interactions
        Annotation CallToAction EndScreen Skip SkipIn Vote CheckAnswer Send Choose Optional PickOne PickSome Votes Right NotRight Thanks NextIn StayHere FieldMissing FieldEmail FieldPhone FieldNumber FieldDate FieldOption FieldTooLong ConsentChanged TooQuick AlreadyAnswered NotSent Continue AnswerToWatch
        // Talk
        Comments NoComments YourComment YourName YourEmail AtTime PostComment SaveComment DeleteComment Cancel Reply
        ReplyTo EditComment EditYours Edited Verified WasDeleted SortComments Newest ByTime MoreComments AllReplies
        AllComments WaitsForOwner CommentPosted CommentSaved CommentGone React ReactLike ReactLove ReactLaugh ReactWow
        ReactIdea ReactFire Reacted TextMissing TooLong NameMissing EmailWrong TimeWrong ParentGone ThreadFull
        LeaveEmpty UnknownReaction TooFast ReactedEnough NotYours CommentsOff ReactionsOff LetterSubject LetterBody
        ConfirmTitle ConfirmAdvice Confirm LinkOldTitle LinkOldAdvice
        // Reports
        ReportTitle LiveFigures Plays PageLoads Viewers AverageWatched AverageCovered TimeWatched InHiddenPages
        Finished Actions Retention RetentionAdvice SawIt PlayedAgain HowFar Answered OverTime ByDay ByHour When
        Interactions Shown Answers Skipped KindForm KindPoll KindEndScreen NoLongerThere SomeViewer Covered LastView
        NewerViewers EarlierViewers SecondsSeen Sources Referrers EmbedLocations Campaigns Devices Regions NotTold
        ShowTable TimeInVideo Times NothingYet NothingYetAdvice FiguresMean OpensUntil LeftOut ReportClosedTitle
        ReportClosedAdvice Percent
    }
}

impl Lang {
    pub const ALL: [Lang; 7] = [Lang::En, Lang::De, Lang::Es, Lang::Fr, Lang::Pt, Lang::Ja, Lang::Ar];

    /// BCP 47.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::De => "de",
            Lang::Es => "es",
            Lang::Fr => "fr",
            Lang::Pt => "pt",
            Lang::Ja => "ja",
            Lang::Ar => "ar",
        }
    }

    /// The way it is written: `ltr` or `rtl`.
    pub fn dir(self) -> &'static str {
        if self == Lang::Ar { "rtl" } else { "ltr" }
    }

    /// The language of a tag such as `pt-BR`, if it is one of ours.
    pub fn of_tag(tag: &str) -> Option<Lang> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(primary))
    }

    /// The best of ours for an `Accept-Language` (RFC 9110, section 12.5.4).
    pub fn accepted(header: &str) -> Option<Lang> {
        let mut best = None;
        for part in header.split(',').take(32) {
            let mut words = part.split(';').map(str::trim);
            let lang = words.next().and_then(Self::of_tag);
            let weight = words.find_map(|word| word.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
            if let (Some(lang), Some(weight)) = (lang, weight)
                && weight > best.map_or(0.0, |(_, most)| most)
            {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }

    /// The sentence, its `{}` still in it.
    pub fn say(self, word: Word) -> &'static str {
        match self {
            Lang::En => en::say(word),
            Lang::De => de::say(word),
            Lang::Es => es::say(word),
            Lang::Fr => fr::say(word),
            Lang::Pt => pt::say(word),
            Lang::Ja => ja::say(word),
            Lang::Ar => ar::say(word),
        }
    }

    /// The sentence with `value` in its place.
    pub fn with(self, word: Word, value: &str) -> String {
        self.say(word).replace("{}", value)
    }

    /// What the player of a page needs: its sentences in the order of [`PLAYER`], a line each.
    pub fn for_player(self) -> String {
        PLAYER.iter().map(|word| self.say(*word)).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Word> {
        PLAYER.iter().chain(PAGE).copied()
    }

    #[test]
    fn nothing_is_left_empty_or_in_english() {
        // What is the same word in both languages, or a name.
        let same = |word| en::SAME_ELSEWHERE.contains(&word);
        for lang in Lang::ALL.into_iter().filter(|lang| *lang != Lang::En) {
            for word in all() {
                let text = lang.say(word);
                assert!(!text.trim().is_empty(), "{lang:?} {word:?}");
                assert!(same(word) || text != Lang::En.say(word), "{lang:?} {word:?} is left in English: {text}");
            }
        }
    }

    #[test]
    fn every_translation_keeps_the_places_of_values_and_stays_on_one_line() {
        for lang in Lang::ALL {
            for word in all() {
                let text = lang.say(word);
                for place in ["{}", "{1}", "{2}"] {
                    // One and two views are words, not numbers, in some languages.
                    if !matches!(word, ViewsZero | ViewsOne | ViewsTwo) {
                        assert_eq!(
                            text.contains(place),
                            Lang::En.say(word).contains(place),
                            "{lang:?} {word:?} {place}"
                        );
                    }
                }
                assert!(!text.contains('\n'), "{lang:?} {word:?}");
            }
        }
    }

    #[test]
    fn only_the_chosen_language_travels() {
        let sent = Lang::Ja.for_player();
        assert_eq!(sent.lines().count(), PLAYER.len());
        assert!(!sent.contains(Lang::De.say(LeaveFullScreen)) && !sent.contains(Lang::En.say(LeaveFullScreen)));
    }

    #[test]
    fn the_browser_chooses_by_weight_and_primary_language() {
        assert_eq!(Lang::accepted("de-AT,de;q=0.9,en;q=0.8"), Some(Lang::De));
        assert_eq!(Lang::accepted("nl, fr;q=0.4, pt-BR;q=0.7"), Some(Lang::Pt));
        assert_eq!(Lang::accepted("ja;q=0, *"), None);
        assert_eq!(Lang::accepted("x;q=y,,;;"), None);
    }
}
