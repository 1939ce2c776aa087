using System.Text;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Lets a run go on with a newer text of its runbook: only when asked, and only when no step it has visited differs.</summary>
internal sealed class RunAdoption(RunParts parts, RunStarter starter)
{
    /// <exception cref="IncidentToolsException">ChangeRefused.</exception>
    public (RunbookDefinition Book, IReadOnlyList<byte[]> Contents) Adopt(RunWriter writer, RunbookDefinition current)
    {
        var state = writer.State;
        var newer = parts.Find(current.Id);
        var contents = new List<byte[]> { Encoding.UTF8.GetBytes(newer.Source) };
        var hash = RunStarter.Hash(contents[0]);
        if (hash == state.Source) return (current, []);
        var (before, after) = (new BookIndex(current), new BookIndex(newer));
        foreach (var visited in state.Visits.Where(visit => !IsOfChild(state, visit)).Select(visit => visit.Step).Distinct(StringComparer.Ordinal))
            if (before.Step(visited) is { } old && (after.Step(visited) is not { } changed || Text(current, old) != Text(newer, changed))) throw Errors.ChangeRefused(state.Run, $"step {visited} was visited and is not the same any more");
        var books = starter.WithChildren(newer);
        starter.RequireTrust(books);
        starter.Require(books);
        writer.Emit(new RunAdopted(state.Run, newer.Version, hash, starter.Bind(newer, contents)));
        return (newer, contents);
    }

    /// <summary>A child's text is bound by the step that names its version.</summary>
    private static bool IsOfChild(RunState state, StepInstance visit)
    {
        for (var frame = state.Frame(visit.Frame); frame.Outer is not null; frame = frame.Outer)
            if (frame.IsBook) return true;
        return false;
    }

    private static string Text(RunbookDefinition book, StepDefinition step) =>
        string.Join('\n', book.Source.ReplaceLineEndings("\n").Split('\n').Skip(step.Span.Line - 1).Take(step.Span.EndLine - step.Span.Line + 1).Select(line => line.TrimEnd())).TrimEnd();
}
