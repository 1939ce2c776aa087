using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Engine.Journal.Verification;

namespace IncidentTools.Commands.Journal;

/// <summary>Computes the hash chains again and says what does not fit.</summary>
[Cmdlet(VerbsDiagnostic.Test, "IncidentJournal")]
[OutputType(typeof(JournalVerification), typeof(bool))]
public sealed class TestIncidentJournalCommand : IncidentCmdlet
{
    [Parameter(HelpMessage = "Also compares the tables built from the journal with a new fold of it.")]
    public SwitchParameter Deep { get; set; }

    [Parameter(HelpMessage = "Only true or false; true only when everything was checked and good.")]
    public SwitchParameter Quiet { get; set; }

    protected override void Execute()
    {
        if (Quiet) { WriteObject(IsGood()); return; }
        var result = Verify();
        WriteObject(result);
        if (!result.Valid) WriteError(Errors.JournalNotValid(result.Store, result.Findings.Count, $"{result.Findings[0].Code} at {result.Findings[0].Pos}: {result.Findings[0].Message}"));
    }

    private bool IsGood()
    {
        try { return Verify().Valid; }
        // a store that cannot be checked is not good
        catch (IncidentToolsException) { return false; }
    }

    private JournalVerification Verify()
    {
        var store = Engine.Journal.Store;
        return Await(token => Task.FromResult(new JournalVerifier(store).Verify(Deep, token)));
    }
}
