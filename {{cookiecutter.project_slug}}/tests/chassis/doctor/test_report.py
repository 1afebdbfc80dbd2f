"""The doctor's verdict over all findings."""

from chassis.doctor.report import Report, error, ok, skipped, warning


def test_an_error_outweighs_a_warning() -> None:
    findings = {"a": ok("Fine"), "b": skipped("Not now"), "c": warning("Hm", "Look.")}

    assert (Report(findings).status, Report(findings).exit_status) == ("warning", 0)
    findings["d"] = error("No", "Stop.")
    assert (Report(findings).status, Report(findings).exit_status) == ("error", 1)
    assert Report({"a": ok("Fine")}).status == "ok"
