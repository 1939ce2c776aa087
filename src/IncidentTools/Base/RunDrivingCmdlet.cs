using System.Management.Automation;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Base;

/// <summary>A cmdlet that drives a run: how long it stays for timers, whether it asks, and what it shows meanwhile.</summary>
public abstract class RunDrivingCmdlet : RunReportingCmdlet
{
    /// <summary>Asks the person at this session; without it nothing ever prompts and the run parks.</summary>
    [Parameter(HelpMessage = "Ask here what the run asks; without it nothing prompts and the run waits for Complete-, Approve- or Resolve-RunbookStep.")]
    public SwitchParameter Interactive { get; set; }

    /// <summary>How long timers and retries are awaited here.</summary>
    [Parameter(HelpMessage = "Timers and retries due within this time are awaited here (30s, 5m); later ones park the run. Else 2m.")]
    public string? Patience { get; set; }

    /// <summary>Runs the work with this command's options, on the pipeline thread's behalf: what it shows and asks is done there.</summary>
    protected RunbookRun Drive(Func<RunOptions, CancellationToken, Task<RunbookRun>> work, RunOptions? options = null)
    {
        var settled = options ?? new RunOptions();
        if (Patience is not null) settled = settled with { Patience = DurationText.Parse(Patience) };
        var prompt = Interactive ? new StepPrompt(Host.UI, WriteWarning) : null;
        return Await((token, post) => work(
            settled with
            {
                Progress = step => post(() => Show(step)),
                Ask = prompt is null ? null : (step, cancelled) => AskHere(prompt, step, post, cancelled),
                Refused = (step, error) => post(() => Refused(prompt, step, error)),
            },
            token));
    }

    private void Show(RunbookStep step)
    {
        var line = RunLines.Of(step);
        WriteVerbose(line);
        // a person who is asked next reads it there
        if (Interactive && step.WaitReason is null or "Timer") WriteInformation(new HostInformationMessage { Message = line }, ["PSHOST"]);
    }

    private static async Task<StepAnswer?> AskHere(StepPrompt prompt, RunbookStep step, Action<Action> post, CancellationToken cancelled)
    {
        var said = new TaskCompletionSource<StepAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously);
        post(() =>
        {
            try { said.TrySetResult(prompt.Ask(step)); }
            catch (Exception error)
            {
                said.TrySetException(error);
                throw;
            }
        });
        return await said.Task.WaitAsync(cancelled).ConfigureAwait(false);
    }

    private void Refused(StepPrompt? prompt, RunbookStep step, IncidentToolsException error)
    {
        prompt?.Refused(step, error);
        WriteWarning($"{error.Message} {error.RecommendedAction}");
    }
}
