using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Steps that are over as soon as they are looked at: switch, set, assert, end and notify.</summary>
internal sealed class DecideStep(RunSession session, StepDefinition step, Func<string, string?> template)
{
    /// <returns>Whether messages were written that are to be sent once this is durable.</returns>
    public bool Run(StepInstance instance)
    {
        switch (step.Use.Uses)
        {
            case "switch":
                var chosen = step.Cases.FirstOrDefault(item => session.IsTrue(item.When, instance));
                session.Finish(instance, "Succeeded", chosen?.Goto ?? step.Default, message: chosen is null ? "no case holds" : chosen.When.Text, go: chosen?.Goto ?? step.Default);
                return false;
            case "set":
                session.Finish(instance, "Succeeded", StepArguments.Resolve(step.Set, session.Evaluator, session.Roots(instance)), sets: true);
                return false;
            case "assert":
                var holds = session.IsTrue(step.Assert!, instance);
                session.Finish(instance, holds ? "Succeeded" : "Failed", holds, holds ? null : "AssertFailed", holds ? step.Assert!.Text : session.Resolve(step.Use, instance).TextOrNull("message") ?? $"{step.Assert!.Text} does not hold");
                return false;
            case "end":
                session.Finish(instance, "Succeeded", message: session.Resolve(step.Use, instance).TextOrNull("message") ?? "");
                return false;
            case "notify":
                Notify(instance);
                return true;
            case var other: throw Errors.StepUnknown(session.Book.Id, other);
        }
    }

    /// <summary>What is said and to whom is written with the step's end in one append: a run that dies here neither forgets nor repeats it.</summary>
    private void Notify(StepInstance instance)
    {
        var with = session.Resolve(step.Use, instance);
        var roots = session.Roots(instance);
        var values = new Dictionary<string, object?>(roots, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in with.Map("values")) values[key] = value;
        var (subject, body, name) = (with.TextOrNull("subject"), with.TextOrNull("body"), with.TextOrNull("template"));
        if (name is not null && template(name) is { } text) (subject, body) = MessageTemplate.Parse(name, text).Render(values);
        var drafts = session.Parts.Post(new NotifyRequest(session.Stream, "step", with.TextOrNull("audience"), with.Texts("contacts"), body is null ? name : null, subject, body, values) { Step = step.Id });
        session.Writer.Enclose(drafts);
        var nobody = drafts.Select(draft => draft.Data).OfType<NotificationUnreachable>().FirstOrDefault();
        session.Finish(instance, nobody is null ? "Succeeded" : "Failed", (long)drafts.Count(draft => draft.Data is NotificationIntended), nobody is null ? null : "Unreachable", nobody?.Why ?? $"to {with.TextOrNull("audience") ?? string.Join(", ", with.Texts("contacts"))}: {subject}");
    }
}
