use super::*;

fn address(text: &str) -> AddrSpec {
    AddrSpec::parse(text).unwrap_or_else(|problem| panic!("{problem}"))
}

fn file(name: &str, media_type: &str, content: &[u8]) -> Attachment {
    Attachment {
        id: "f".to_owned(),
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        content: content.to_vec(),
    }
}

fn written(subject: Option<&str>, text: &str, attachments: &[Attachment]) -> Result<Vec<u8>, Unwritable> {
    Letter {
        from: &address("accueil@lilas.example"),
        from_name: Some("Centre de santé"),
        to: &address("a@b.example"),
        reply_to: Some(&address("secretariat@lilas.example")),
        subject,
        text,
        attachments,
        key: "01J-key",
        date: "Sat, 21 Nov 2026 08:30:00 +0000",
    }
    .write()
}

fn shown(subject: Option<&str>, text: &str, attachments: &[Attachment]) -> String {
    String::from_utf8(written(subject, text, attachments).unwrap()).unwrap()
}

const HEAD: &str = "Date: Sat, 21 Nov 2026 08:30:00 +0000\r\n\
    From: =?utf-8?q?Centre_de_sant=C3=A9?= <accueil@lilas.example>\r\n\
    To: a@b.example\r\n\
    Reply-To: secretariat@lilas.example\r\n";
const TAIL: &str = "Message-ID: <01J-key@lilas.example>\r\n\
    Auto-Submitted: auto-generated\r\n\
    MIME-Version: 1.0\r\n";
const TEXT: &str = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n";

#[test]
fn a_text_alone_is_one_part() {
    let message = shown(Some("Rappel"), "À 9h.\n", &[]);
    assert_eq!(message, format!("{HEAD}Subject: Rappel\r\n{TAIL}{TEXT}\r\n=C3=80 9h.\r\n\r\n"));
}

#[test]
fn neither_subject_nor_text_is_needed() {
    for subject in [None, Some(""), Some(" ")] {
        assert_eq!(shown(subject, "", &[]), format!("{HEAD}{TAIL}{TEXT}\r\n\r\n"));
    }
}

#[test]
fn files_stand_beside_the_text() {
    let files = [file("plan.pdf", "application/pdf", b"%PDF"), file("", "text/calendar; method=REQUEST", b"")];
    assert_eq!(
        shown(Some("Rappel"), "Bonjour", &files),
        format!(
            "{HEAD}Subject: Rappel\r\n{TAIL}Content-Type: multipart/mixed; boundary=\"=_01J-key\"\r\n\
            \r\n--=_01J-key\r\n{TEXT}\r\nBonjour\
            \r\n--=_01J-key\r\nContent-Type: application/pdf\r\n\
            Content-Disposition: attachment; filename=\"plan.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\
            \r\n--=_01J-key\r\nContent-Type: text/calendar; method=REQUEST\r\n\
            Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n\
            \r\n--=_01J-key--\r\n"
        )
    );
}

#[test]
fn a_text_cannot_end_its_part() {
    let message = shown(None, "--=_01J-key--\n\n--=_01J-key\n", &[file("a", "text/plain", b"--=_01J-key--")]);
    assert_eq!(message.matches("--=_01J-key\r\n").count(), 2);
    assert_eq!(message.matches("--=_01J-key--").count(), 1);
}

#[test]
fn what_would_be_another_header_is_refused() {
    let hostile = "x\r\nBcc: victime@b.example";
    assert_eq!(written(Some(hostile), "", &[]), Err(Unwritable::Header(ControlCharacter("Subject"))));
    assert!(written(None, "", &[file(hostile, "text/plain", b"")]).is_err());
    for media_type in [
        hostile,
        "",
        "text",
        "text/",
        "/plain",
        "text/plain\r\nX: y",
        "text/plain; a",
        "text/plain; a=\"b\"",
        "text/a b",
        "multipart/mixed",
        "Message/rfc822",
    ] {
        assert_eq!(written(None, "", &[file("a", media_type, b"")]), Err(Unwritable::MediaType(1)), "{media_type}");
    }
}

#[test]
fn a_subject_is_bounded_one_past_the_end() {
    assert!(written(Some(&"a".repeat(998)), "", &[]).is_ok());
    assert_eq!(written(Some(&"a".repeat(999)), "", &[]), Err(Unwritable::Subject));
}

#[test]
fn attachments_are_bounded_one_past_the_end() {
    let overhead = written(None, "", &[file("a", "text/plain", b"")]).unwrap().len();
    let most = (0..MESSAGE_BYTES).rev().find(|length| overhead + base64_len(*length) <= MESSAGE_BYTES).unwrap();
    let message = written(None, "", &[file("a", "text/plain", &vec![0; most])]).unwrap();
    assert_eq!(message.len(), overhead + base64_len(most));
    assert!(message.split(|byte| *byte == b'\n').all(|line| line.len() <= 77));
    for too_long in [most + 1, MESSAGE_BYTES, MESSAGE_BYTES + 1] {
        let refused = written(None, "", &[file("a", "text/plain", &vec![0; too_long])]);
        assert_eq!(refused, Err(Unwritable::TooLarge), "{too_long}");
    }
    let halves = [file("a", "text/plain", &vec![0; most / 2]), file("b", "text/plain", &vec![0; most / 2 + 1])];
    assert_eq!(written(None, "", &halves), Err(Unwritable::TooLarge));
}

#[test]
fn a_key_is_bounded_one_past_the_end() {
    for (key, good) in
        [("a".repeat(64), true), ("a".repeat(65), false), (String::new(), false), ("a\"b".to_owned(), false)]
    {
        assert_eq!(is_key(&key), good, "{key}");
    }
}
