using System.Management.Automation;
using IncidentTools.Base;

namespace IncidentTools.Commands.Journal;

/// <summary>Makes a store the one this session uses. It is opened at once, so that a wrong path shows now.</summary>
[Cmdlet(VerbsCommunications.Connect, "IncidentStore")]
[OutputType(typeof(IncidentStore))]
public sealed class ConnectIncidentStoreCommand : IncidentCmdlet
{
    protected override bool ErrorsTerminate => true;

    protected override void Execute()
    {
        if (string.IsNullOrWhiteSpace(Store)) throw Errors.ValueNotGiven(nameof(Store), "Connect-IncidentStore -Store ./incidents.db");
        var opened = StoreRecords.From(Engine.Journal.Store);
        ModuleSession.Current.ConnectedStore = opened.Path;
        WriteObject(opened);
    }
}
