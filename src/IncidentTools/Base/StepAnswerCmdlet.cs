using System.Management.Automation;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Base;

/// <summary>A cmdlet that says something about a step. It is recorded whether or not anybody drives the run; nothing runs here.</summary>
public abstract class StepAnswerCmdlet : IncidentCmdlet
{
    internal static readonly IReadOnlyDictionary<string, object?> NoValues = new Dictionary<string, object?>();

    /// <summary>The run.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "R-7KQ2M9XD; else the only open run of the current incident.")]
    [ArgumentCompleter(typeof(Completion.RunCompleter))]
    public string? Run { get; set; }

    /// <summary>The step; else the one that waits.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Id of the step; else the one that waits.")]
    [ArgumentCompleter(typeof(Completion.StepCompleter))]
    public string? Step { get; set; }

    /// <summary>The wait that is meant.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Id of the wait that is meant; a piped step brings it, so that an answer never meets another question.")]
    public string? Wait { get; set; }

    /// <summary>Records what is said when the user agrees, and writes the step as it is then.</summary>
    protected void Say(string action, Func<RunService, string, string?, RunbookStep> say)
    {
        var run = RunTarget.Resolve(this, () => Engine, Run);
        if (string.IsNullOrEmpty(Wait) && MyInvocation.BoundParameters.ContainsKey(nameof(Wait))) throw Errors.StepNotWaiting(run, Step, "not waiting when it was read");
        var step = string.IsNullOrEmpty(Step) ? null : Step;
        if (!ShouldProcess(step is null ? run : $"{run}, {step}", action)) return;
        var said = say(Engine.Runs, run, step);
        WriteObject(said);
        WriteVerbose($"Recorded; Resume-RunbookRun {run} goes on with it.");
    }

    /// <summary>Answers the wait.</summary>
    protected void Answer(string action, AnswerKind kind, StepAnswer answer) => Say(action, (runs, run, step) => runs.Answer(run, step, kind, answer with { Wait = Wait }));
}
