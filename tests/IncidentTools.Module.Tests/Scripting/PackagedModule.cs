using System.Collections;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace IncidentTools.Module.Tests.Scripting;

/// <summary>
/// The evaluator and the script runner as they are in the packaged module. Their contracts live in the engine's private load context, where a test
/// cannot name them: reached by reflection, exceptions unwrapped.
/// </summary>
internal static class PackagedModule
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DoNotWrapExceptions;
    private static readonly Lazy<object> Expressions = new(static () =>
    {
        using var host = new ModuleHost();
        return Activator.CreateInstance(Cmdlets(host).GetType("IncidentTools.Scripting.ExpressionEvaluator", throwOnError: true)!)!;
    });

    /// <summary>The cmdlet assembly that this host imported.</summary>
    public static Assembly Cmdlets(ModuleHost host) => ((System.Management.Automation.CmdletInfo)host.Run("Get-Command Get-Incident")[0].BaseObject).ImplementingType.Assembly;

    public static object? Evaluate(string text, IReadOnlyDictionary<string, object?>? roots = null) => Call(Expressions.Value, "Evaluate", text, roots ?? new Dictionary<string, object?>());
    public static int FindEnd(string text, int start) => (int)Call(Expressions.Value, "FindEnd", text, start)!;

    /// <summary>Offset, length, message and fix of each error, and path, offset and flag of each reference.</summary>
    public static (IReadOnlyList<(int Offset, int Length, string Message, string? Fix)> Errors, IReadOnlyList<(string Path, int Offset, bool Optional)> References) Inspect(string text)
    {
        dynamic check = Call(Expressions.Value, "Inspect", text)!;
        var errors = ((IEnumerable)check.Errors).Cast<dynamic>().Select(item => ((int)item.Offset, (int)item.Length, (string)item.Message, (string?)item.Fix)).ToList();
        return (errors, ((IEnumerable)check.References).Cast<dynamic>().Select(item => ((string)item.Path, (int)item.Offset, (bool)item.Optional)).ToList());
    }

    /// <summary>The script host of a session as its commands made it.</summary>
    public static object Scripts(ModuleHost host, bool last = false)
    {
        host.Run("Get-Incident");
        return Scripts(host.Runspace, Cmdlets(host), last);
    }

    public static object Scripts(Runspace runspace, Assembly cmdlets, bool last = false)
    {
        var session = Invoke(cmdlets.GetType("IncidentTools.Base.ModuleSession", throwOnError: true)!, null, "Of", runspace)!;
        var engines = (IEnumerable)session.GetType().GetField("_engines", Any)!.GetValue(session)!;
        var all = engines.Cast<object>().Select(pair => (object)((dynamic)pair).Value);
        dynamic engine = last ? all.Last() : all.First();
        return (object)engine.Options.Scripts;
    }

    public static string? WhyNot(object scripts, string text) => (string?)Call(scripts, "WhyNot", text);

    public static Task<Outcome> RunAsync(object scripts, string text, IReadOnlyDictionary<string, object?>? parameters = null, TimeSpan? timeout = null, bool ownProcess = false, int maxLines = 1000, int maxBytes = 1 << 20, CancellationToken cancellation = default)
    {
        var contract = scripts.GetType().GetInterfaces().Single(type => type.Name == "IScriptRunner");
        var run = contract.GetMethod("RunAsync")!;
        var request = Activator.CreateInstance(run.GetParameters()[0].ParameterType, "a script", text, parameters ?? new Dictionary<string, object?>(), timeout, ownProcess, maxLines, maxBytes);
        return Awaited((Task)run.Invoke(scripts, BindingFlags.DoNotWrapExceptions, null, [request, cancellation], null)!);
    }

    public static object? Call(object target, string method, params object?[] arguments) => Invoke(target.GetType(), target, method, arguments);

    private static object? Invoke(Type type, object? target, string method, params object?[] arguments) => type.GetMethod(method, Any)!.Invoke(target, Any, null, arguments, null);

    private static async Task<Outcome> Awaited(Task task)
    {
        await task;
        dynamic result = ((dynamic)task).Result;
        return new Outcome(result.Succeeded, result.Output, result.Errors, result.Log, result.TimedOut, result.Ended, result.Truncated);
    }

    internal sealed record Outcome(bool Succeeded, IReadOnlyList<object?> Output, IReadOnlyList<string> Errors, IReadOnlyList<string> Log, bool TimedOut, bool Ended, bool Truncated);
}
