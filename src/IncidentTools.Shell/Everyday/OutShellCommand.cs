using System.Management.Automation;

namespace IncidentTools.Shell.Everyday;

/// <summary>The end of every pipeline: objects in their view or as a list, errors in two lines where they happen.</summary>
[Cmdlet(VerbsData.Out, "Shell")]
internal sealed class OutShellCommand : PSCmdlet, IDisposable
{
    public const string Name = "Out-Shell";
    private SteppablePipeline? _show;
    private Type? _family;

    [Parameter(ValueFromPipeline = true)] [AllowNull] public PSObject? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject?.BaseObject is ErrorRecord error)
        {
            Finish(); // a table that is being collected comes before the error
            Host.UI.WriteErrorLine(ErrorText.Of(error, UnknownCommand.Advice(error, this)));
            return;
        }
        if (InputObject is null) return;
        if (Family(InputObject.BaseObject.GetType()) is { } family)
        {
            // the engine shows what follows another kind of object as a list; here each kind gets its own view
            if (_family is not null && _family != family) Finish();
            _family = family;
        }
        if (_show is null)
        {
            _show = InvokeCommand.NewScriptBlock("Out-Host").GetSteppablePipeline(CommandOrigin.Internal);
            _show.Begin(true);
        }
        _show.Process(InputObject);
    }

    protected override void EndProcessing() => Finish();

    /// <summary>The topmost class a type derives from: those of one family share a view (commands and aliases). Plain values fit anywhere.</summary>
    private static Type? Family(Type type)
    {
        if (type.IsPrimitive || type == typeof(string)) return null;
        while (type.BaseType is { } above && above != typeof(object)) type = above;
        return type;
    }

    private void Finish()
    {
        var show = _show;
        (_show, _family) = (null, null);
        show?.End();
        show?.Dispose();
    }

    /// <summary>After "throw" and Ctrl+C the end is never processed; what came before them is shown all the same.</summary>
    public void Dispose()
    {
        try { Finish(); }
        catch (Exception error) when (error is RuntimeException or InvalidOperationException) { }
    }
}
