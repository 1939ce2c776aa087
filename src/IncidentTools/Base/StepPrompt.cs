using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Base;

/// <summary>Asks the person at the host what a waiting step asks. An empty answer, "Later" and a host that cannot ask leave the step waiting.</summary>
internal sealed class StepPrompt(PSHostUserInterface ui, Action<string> warn)
{
    private static readonly Dictionary<string, object?> Nothing = [];
    // the wait whose approval was refused because whoever approves also drives the run
    private string? _needsReason;

    public void Refused(RunbookStep step, IncidentToolsException error)
    {
        if (error.ErrorId == "ApproverRefused") _needsReason = step.Wait;
    }

    /// <summary>Null = not now.</summary>
    public StepAnswer? Ask(RunbookStep step)
    {
        try
        {
            var answer = step.WaitReason switch { "Approval" => Approval(step), "InDoubt" => Doubt(step), _ => Answer(step) };
            return answer is null ? null : answer with { Wait = step.Wait };
        }
        catch (Exception error) when (error is HostException or PSInvalidOperationException or NotImplementedException or NotSupportedException)
        {
            warn($"This host cannot ask ({error.Message}); the run waits. {step.Command}");
            return null;
        }
    }

    private StepAnswer? Approval(RunbookStep step)
    {
        if (Choose(step, ["Approve", "Deny"]) is not { } word) return null;
        var reason = word == "Approve" && _needsReason is not null && _needsReason == step.Wait ? Line("Why you approve what you run yourself (Enter: leave it)") : null;
        return word == "Approve" && _needsReason == step.Wait && reason is null ? null : new StepAnswer(word, Nothing, word == "Deny" ? Line("Why not (Enter: no note)") : null, reason);
    }

    private StepAnswer? Doubt(RunbookStep step) => Choose(step, ["Done", "NotDone", "Stop"]) is { } word ? new StepAnswer(word, Nothing, Line("How you know (Enter: no note)")) : null;

    private StepAnswer? Answer(RunbookStep step)
    {
        string? word = null;
        if (step.Choice.Count > 0)
        {
            word = Choose(step, step.Choice);
            if (word is null) return null;
        }
        else ui.WriteLine($"{step.Title}: {step.Prompt}");
        var isQuestion = step.Uses == "ask";
        if (isQuestion && word is not null) return new StepAnswer(word, Nothing, null);
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, doc) in step.Field)
        {
            var optional = doc.EndsWith(", optional)", StringComparison.Ordinal);
            if (Line($"{name} {doc}") is { } given) values[name] = given;
            else if (!optional) return null;
        }
        return new StepAnswer(word, values, isQuestion ? null : Line("Note (Enter: none)"));
    }

    /// <summary>One of the words; null for Later, which is the default, so that the end of a piped input does nothing.</summary>
    private string? Choose(RunbookStep step, IReadOnlyList<string> words)
    {
        var taken = new HashSet<char> { 'L' };
        var choices = new Collection<ChoiceDescription>([.. words.Select(word => new ChoiceDescription(Marked(word, taken))), new ChoiceDescription("&Later", "Leave it waiting.")]);
        var chosen = ui.PromptForChoice($"{step.Run} {step.Step}: {step.Title}", step.Prompt, choices, words.Count);
        return chosen >= 0 && chosen < words.Count ? words[chosen] : null;
    }

    /// <summary>The word with a letter to press, when it has one that no other word took.</summary>
    private static string Marked(string word, HashSet<char> taken)
    {
        var plain = word.Replace("&", "+", StringComparison.Ordinal);
        for (var index = 0; index < plain.Length; index++)
            if (char.IsAsciiLetterOrDigit(plain[index]) && taken.Add(char.ToUpperInvariant(plain[index]))) return plain.Insert(index, "&");
        return plain;
    }

    private string? Line(string question)
    {
        ui.Write($"{question}: ");
        return ui.ReadLine() is { } line && !string.IsNullOrWhiteSpace(line) ? line.Trim() : null;
    }
}
