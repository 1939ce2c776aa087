using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Runbooks.Authoring;

/// <summary>What somebody says of a runbook before it is written.</summary>
public sealed record RunbookSketch(string Name, string Title)
{
    public string? Summary { get; init; }
    public string? Owner { get; init; }
    public string Class { get; init; } = "availability";
    /// <summary>What is seen when it is needed, one text each.</summary>
    public IReadOnlyList<string> Symptoms { get; init; } = [];
    public string Author { get; init; } = "";
}

/// <summary>A complete runbook to begin with: valid as it stands, every phase there once, words to replace.</summary>
public static partial class RunbookScaffold
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="audience">Who is told; null = nobody can be, so a person does it.</param>
    /// <param name="schema">Path of the schema from where the file will stand; null = none.</param>
    public static string Text(RunbookSketch sketch, string? audience, string? schema, DateOnly today)
    {
        var symptoms = sketch.Symptoms.Count > 0 ? sketch.Symptoms : [sketch.Title];
        return $$$"""
            {{{(schema is null ? "" : $"# yaml-language-server: $schema={schema}\n")}}}schema: incidenttools/runbook/v1
            id: {{{sketch.Name}}}
            version: 0.1.0
            title: {{{Scalar(sketch.Title)}}}
            summary: {{{Scalar(sketch.Summary ?? $"What to do when: {sketch.Title}")}}}
            {{{(sketch.Owner is null ? "" : $"owner: {Scalar(sketch.Owner)}\n")}}}lastReviewed: {{{today:yyyy-MM-dd}}}
            reviewEvery: 180d
            revisions:
              - { version: 0.1.0, date: {{{today:yyyy-MM-dd}}}, author: {{{Scalar(sketch.Author.Length > 0 ? sketch.Author : "unknown")}}}, change: First draft }
            applies: { classes: [{{{sketch.Class}}}] }
            # Find-Runbook searches these; words are what people say: words: [down, slow]
            symptoms:
            {{{string.Join('\n', symptoms.Select((text, index) => $"  - {{ id: symptom-{index + 1}, text: {Scalar(text)} }}"))}}}
            parameters:
              service: { type: service, required: true, doc: the service of the catalogue that is concerned }
            concurrency: forbid
            onError: note_failure

            handlers:
              - id: note_failure
                phase: communicate
                title: Tell the responders that the runbook stopped
            {{{Tell(audience, "The runbook stopped", "It ended before the service was restored. Its steps and their results are in run ${{ $run.id }}.")}}}

            steps:
              # ---- detect: is it true? Looking only.
              - id: look
                phase: detect
                title: Does the service answer?
                uses: probe.http
                when: "($service.healthUrl ?? $service.url ?? '') -ne ''"
                with: { url: '${{ $service.healthUrl ?? $service.url }}', timeout: 10s }
                attempts: 3
                retry: { delay: 2s }
                onFailure: continue

              # ---- triage and investigate: what only people know
              - id: findings
                phase: triage
                title: What is seen?
                uses: ask
                with:
                  questions:
                    seen:  { doc: 'What exactly is seen, since when, and by whom?' }
                    cause: { allowed: [known, unknown], doc: Is the cause one that the next step repairs? }
                deadline: 1h
                onFailure: goto escalate
              - id: decide
                phase: investigate
                title: Repair it or escalate
                uses: switch
                cases:
                  - { when: "$steps.findings.value.cause -eq 'known'", goto: repair }
                default: escalate

              # ---- resolve: one change at a time; evidence before anything that destroys it
              - id: repair
                phase: resolve
                title: Repair it
                uses: manual
                with:
                  instruction: 'Write here what is done to ${{ $service.name }}, one change at a time. An action or command step does it better, with a check and an undo.'
                  expected: What is seen when it worked.
                deadline: 2h
                onFailure: goto escalate
                next: verify
              - id: escalate
                phase: resolve
                title: Call the next level
                uses: manual
                with: { instruction: 'Get-EscalationContact names who is called. Say what is seen, what was done and what is not known.', outcomes: [Called] }

              # ---- verify: the user's view, not the dashboard's
              - id: verify
                phase: verify
                title: Is it well again?
                uses: manual
                with: { instruction: 'Do what a user does with ${{ $service.name }}, from outside.', expected: It works and stays well for ten minutes., outcomes: [Well, Not well] }

              # ---- communicate and review
              - id: tell
                phase: communicate
                title: Say how it ended
            {{{Tell(audience, "${{ $service.name }}: ${{ $steps.verify.value.outcome }}", "${{ $steps.findings.value.seen }}")}}}
                onFailure: continue
              - id: done
                phase: review
                title: Write down what this runbook did not know
                uses: end
                with: { message: 'Verified as: ${{ $steps.verify.value.outcome }}' }

            """.ReplaceLineEndings("\n");
    }

    // a notice where somebody can be reached; else a person says it
    private static string Tell(string? audience, string subject, string body) => audience is null
        ? $"    uses: manual\n    with: {{ instruction: '{subject}. {body}', outcomes: [Told] }}"
        : $"    uses: notify\n    with:\n      audience: {audience}\n      subject: '{subject}'\n      body: '{body}'";

    /// <summary>A text as one YAML scalar on one line: plain where nothing in it means anything, else in double quotes; no expression.</summary>
    public static string Scalar(string text) => Plain().IsMatch(text) && !Words().IsMatch(text) ? text : JsonSerializer.Serialize(text.Replace("${{", "$${{", StringComparison.Ordinal), Readable).Replace("\u0085", "\\N", StringComparison.Ordinal).Replace("\u2028", "\\L", StringComparison.Ordinal).Replace("\u2029", "\\P", StringComparison.Ordinal);

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9 ._()/-]*[A-Za-z0-9.)]\z")] private static partial Regex Plain();
    [GeneratedRegex(@"^(true|false|null|yes|no|on|off|y|n)\z", RegexOptions.IgnoreCase)] private static partial Regex Words();
}
