using System.Management.Automation;
using IncidentTools.Base;

namespace IncidentTools.Commands.Journal;

/// <summary>Closes the stores this session has open and forgets the one of Connect-IncidentStore; the variable or the user's own store counts again. Nothing in the store changes.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "IncidentStore")]
public sealed class DisconnectIncidentStoreCommand : IncidentCmdlet
{
    protected override void Execute() => ModuleSession.Current.Close();
}
