namespace IncidentTools.Base;

/// <summary>A cmdlet that gives a run as it is now, and says in an error when that is not good.</summary>
public abstract class RunReportingCmdlet : IncidentCmdlet
{
    /// <summary>Writes the run, then one error when it went wrong or nobody knows.</summary>
    protected void Report(RunbookRun run)
    {
        WriteObject(run);
        if (run.ExitCode == 4) WriteError(Errors.RunInDoubt(run.Run, run.Step, asked: run.State == "Waiting"));
        else if (run.State is "Failed" or "TimedOut" or "Rejected" or "RolledBack") WriteError(Errors.RunFailed(run));
    }
}
