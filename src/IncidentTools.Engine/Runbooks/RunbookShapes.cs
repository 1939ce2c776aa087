using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Runbooks;

/// <summary>The format <c>incidenttools/runbook/v1</c> as one table of shapes, over everything that a catalogue offers to <c>uses</c>.</summary>
public sealed class RunbookShapes
{
    public const string Schema = "incidenttools/runbook/v1";
    private const int MaxSteps = 1000;
    private static readonly ScalarShape Id = Slug with { AllowExpression = false };
    private static readonly ScalarShape Positive = Int with { Min = 1 };
    private static readonly ScalarShape Wait = Shapes.Duration with { Min = 0.001 };

    private static readonly ObjectShape Retry = new("retry",
        Optional("delay", Shapes.Duration, "before the second attempt", TimeSpan.FromSeconds(1)),
        Optional("backoff", Number with { Min = 1, Max = 100 }, "factor from one delay to the next", 1d),
        Optional("maxDelay", Shapes.Duration, "longest delay", TimeSpan.FromSeconds(30)),
        Optional("jitter", Number with { Min = 0, Max = 1 }, "0 to 1: how much chance changes each delay", 0d));

    private static readonly ObjectShape Approval = new("an approval",
        Optional("by", ListOf(Slug, allowSingle: true), "roles or people, any of whom may answer; none = anyone"),
        Optional("min", Int with { Min = 0, Max = 10 }, "how many different people; 0 = no approval", 1L),
        Optional("notRequester", Bool, "whoever started or drove the run does not count", false),
        Optional("expires", Shapes.Duration with { Min = 1 }, "how long the request waits"),
        Optional("assurance", OneOf("claimed", "os", "db", "token"), "least proof of who the approver is"));

    public RunbookShapes(IUseCatalog uses)
    {
        var probe = Use("a probe", "usesProbe", "probe", uses.All.Where(use => use.Role == UseRole.Probe));
        var undo = Use("an undo", "usesUndo", "action, script, command or manual step", uses.All.Where(use => use.HasEffect || use.Name == "manual"));
        var guard = Use("a guard", "usesGuard", "probe", uses.All.Where(use => use.Role == UseRole.Probe), FrameShapes.Guard);
        VariantShape? step = null;
        var steps = ListOf(new DeferredShape(() => step!)) with { MinItems = 1, MaxItems = MaxSteps };
        step = new VariantShape(new ObjectShape("a step", Common(probe, undo, guard)), "uses", "kind of step, probe or action",
            uses.All.Select(use => KeyValuePair.Create(use.Name, (Field[])[With(use), .. StepKinds.StepKeys(use.Name, probe, steps)]))) { Definition = "step" };
        var symptom = new VariantShape(new ObjectShape("a symptom",
            Required("id", Id, "its id"),
            Required("text", Text, "in words"),
            Optional("words", ListOf(Text, allowSingle: true), "words people use for it"),
            Optional("uses", Text, "a probe that detects it")), "uses", "probe",
            uses.All.Where(use => use.Role == UseRole.Probe).Select(use => KeyValuePair.Create(use.Name, (Field[])[With(use)])).Prepend(KeyValuePair.Create("", Array.Empty<Field>()))) { Default = "" };
        Document = new ObjectShape("a runbook", Head(symptom,
            Required("steps", steps, "the main line, in order"),
            Optional("handlers", steps with { MinItems = 0 }, "steps reached only by onError, onCancel and each other's next"),
            Optional("every", FrameShapes.Every(steps), "steps done again and again beside the main line")));
    }

    public ObjectShape Document { get; }

    private static Field[] Head(Shape symptom, params Field[] steps) =>
    [
        Required("schema", OneOf(Schema), "the format"),
        Required("id", Id, "how commands name it"),
        Required("version", Shapes.Version, "semantic version"),
        Required("title", Text, "its name for people"),
        Optional("summary", Text, "what it is for"),
        Optional("owner", Id, "a team or person of contacts.yaml"),
        Optional("reviewers", ListOf(Id, allowSingle: true), "who reviews changes"),
        Optional("lastReviewed", Shapes.Date, "when somebody last read it against reality"),
        Optional("reviewEvery", Wait, "how long a review holds"),
        Optional("revisions", ListOf(new ObjectShape("a revision",
            Required("version", Shapes.Version, "the version it made"),
            Required("date", Shapes.Date, "when"),
            Required("author", Text, "who"),
            Required("change", Text, "what changed"),
            Optional("source", Text, "why: an incident, an exercise"))), "changes, newest first"),
        Optional("applies", new ObjectShape("applies",
            Optional("classes", ListOf(OneOf("availability", "security", "data", "compliance"), allowSingle: true), "classes of incident; none = all"),
            Optional("severities", ListOf(OneOf("P0", "P1", "P2", "P3", "P4"), allowSingle: true), "levels; none = all")), "incidents it is for"),
        Optional("symptoms", ListOf(symptom), "what it helps against"),
        Optional("parameters", ValueShapes.Parameters, "values it takes"),
        Optional("requires", new ObjectShape("requires",
            Optional("os", ListOf(OneOf("linux", "windows", "macos"), allowSingle: true), "systems it runs on; none = all"),
            Optional("commands", ListOf(Text, allowSingle: true), "programs it needs"),
            Optional("modules", ListOf(Text, allowSingle: true), "PowerShell modules it needs")), "what must be there"),
        Optional("concurrency", OneOf("forbid", "queue", "allow"), "several runs of it for one service", "forbid"),
        Optional("onError", Name, "a handler for failures that name none"),
        Optional("onCancel", Name, "a handler that cleans up, within 2 minutes"),
        Optional("onUndoFailure", FrameShapes.OnUndoFailure, "an undo that fails waits for Retry, Skip or Stop, or the others go on", "wait"),
        Optional("outputs", FrameShapes.Outputs, "what it gives to whoever ran it"),
        Optional("clock", FrameShapes.Clocks, "deadlines that begin with the run and outlive it"),
        Optional("target", FrameShapes.Target, "hosts where steps run that name none"),
        Optional("visibility", FrameShapes.Visibility, "restricted: only for those who handle it", "normal"),
        .. steps,
    ];

    private static Field[] Common(Shape probe, Shape undo, Shape guard) =>
    [
        Required("id", Name, "its name, also in expressions"),
        Required("phase", OneOf("detect", "triage", "investigate", "resolve", "verify", "communicate", "recover", "review"), "where in the work it belongs"),
        Optional("title", Text, "what it does, in a line"),
        Optional("purpose", Text, "why"),
        Required("uses", Text, "what it uses: a kind of step, a probe or an action"),
        Optional("when", Shapes.Expression, "skipped when this is false"),
        Optional("needs", ListOf(Name, allowSingle: true), "steps that must have succeeded"),
        Optional("attempts", Positive with { Max = 100 }, "how often in all", 1L),
        Optional("retry", Retry, "pauses between attempts"),
        Optional("timeout", Wait, "for each attempt"),
        Optional("deadline", Wait, "for everything, waits included"),
        Optional("onFailure", new ScalarShape(ScalarKind.String) { Enum = ["stop", "continue", "rollback"], Pattern = "^goto +[a-z][a-z0-9_]*$", Expected = "goto <step>" }, "where a failure leads; else to onError, else the run stops"),
        Optional("critical", Bool, "whether its failure fails the run; else true, false after continue and goto"),
        Optional("next", Name, "the step after it, if not the next in order"),
        Optional("maxVisits", Positive with { Max = 10_000 }, "how often a loop may come here"),
        Optional("impact", OneOf("none", "low", "medium", "high"), "how much it can hurt; from medium up somebody approves"),
        Optional("approval", Approval, "who approves it, instead of the policy's rule"),
        Optional("check", probe, "says whether an attempt whose result was lost took effect"),
        Optional("poll", Wait, "how often what is in progress is asked again", TimeSpan.FromSeconds(5)),
        Optional("undo", undo, "takes the effect back"),
        Optional("once", Bool, "never a second attempt unless the first is known to have had no effect", false),
        Optional("idempotent", Bool, "doing it twice is the same as once", false),
        Optional("capture", new ObjectShape("capture",
            Optional("maxLines", Positive with { Max = 100_000 }, "lines of output kept", 2000L),
            Optional("maxBytes", Positive with { Max = 16 * 1024 * 1024 }, "bytes of output kept", 256L * 1024)), "how much output is kept"),
        Optional("outputs", FrameShapes.Outputs, "what it gives to others, beside its value"),
        Optional("guard", ListOf(guard, allowSingle: true), "probes asked again and again while it runs"),
        Optional("clock", FrameShapes.Clocks, "deadlines that begin with its success and outlive the run"),
        Optional("detached", Bool, "its effect goes on after the call; check asks how far it is", false),
        Optional("target", FrameShapes.Target, "hosts where it runs"),
        Optional("onUndoFailure", FrameShapes.OnUndoFailure, "an undo that fails waits for Retry, Skip or Stop, or the others go on; else as the runbook says"),
        Optional("visibility", FrameShapes.Visibility, "restricted: only for those who handle it; else as the runbook says"),
    ];

    private static VariantShape Use(string name, string definition, string what, IEnumerable<UseInfo> uses, params Field[] more) => new(
        new ObjectShape(name, [Required("uses", Text, "what it uses"), .. more]), "uses", what, uses.Select(use => KeyValuePair.Create(use.Name, (Field[])[With(use)]))) { Definition = definition };

    private static Field With(UseInfo use)
    {
        var shape = use.With with { TakesExpressions = true, AllowExpression = false, Definition = use.Name };
        var required = shape.Fields.Where(field => field.Required).Select(field => field.Name).ToArray();
        return required.Length == 0
            ? new Field("with", shape, "its arguments") { Default = PlainMap.Defaults(shape) }
            : new Field("with", shape, $"its arguments, at least {string.Join(", ", required)}") { Required = true };
    }
}
