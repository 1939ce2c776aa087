using System.Management.Automation;
using IncidentTools.Base;

namespace IncidentTools.Commands.Journal;

/// <summary>Which store this session uses, and what is in it.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentStore")]
[OutputType(typeof(IncidentStore))]
public sealed class GetIncidentStoreCommand : IncidentCmdlet
{
    protected override void Execute() => WriteObject(StoreRecords.From(Engine.Journal.Store));
}
