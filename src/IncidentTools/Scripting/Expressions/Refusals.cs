using System.Management.Automation.Language;

namespace IncidentTools.Scripting.Expressions;

/// <summary>What is refused, in words, and what to write instead.</summary>
internal static class Refusals
{
    /// <summary>Variables of PowerShell itself: never values of a runbook.</summary>
    private static readonly HashSet<string> Automatic = new(StringComparer.OrdinalIgnoreCase)
    {
        "args", "ConfirmPreference", "ConsoleFileName", "DebugPreference", "Error", "ErrorActionPreference", "ErrorView", "Event", "EventArgs", "EventSubscriber", "ExecutionContext", "foreach", "Home", "Host",
        "InformationPreference", "input", "IsCoreCLR", "IsLinux", "IsMacOS", "IsWindows", "LASTEXITCODE", "Matches", "MyInvocation", "NestedPromptLevel", "OFS", "PID", "Profile", "ProgressPreference", "PSBoundParameters",
        "PSCmdlet", "PSCommandPath", "PSCulture", "PSDebugContext", "PSDefaultParameterValues", "PSEdition", "PSHome", "PSItem", "PSScriptRoot", "PSSenderInfo", "PSStyle", "PSUICulture", "PSVersionTable", "PWD",
        "Sender", "ShellId", "StackTrace", "switch", "this", "VerbosePreference", "WarningPreference", "WhatIfPreference",
    };

    private static readonly Dictionary<string, string> Methods = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Contains"] = "Write -like '*part*' for a text, -contains for a list.",
        ["StartsWith"] = "Write -like 'beginning*'.",
        ["EndsWith"] = "Write -like '*end'.",
        ["Split"] = "Write -split ','.",
        ["Replace"] = "Write -replace 'pattern', 'new'.",
        ["ToString"] = "Write -f: '{0:N1}' -f $x.",
        ["ToLower"] = "Texts compare without regard to case; leave it out.",
        ["ToUpper"] = "Texts compare without regard to case; leave it out.",
        ["Trim"] = @"Write -replace '^\s+|\s+$'.",
        ["Where"] = "A comparison with a list on its left gives the items it is true for.",
        ["AddMinutes"] = "Write + '5m'.", ["AddHours"] = "Write + '2h'.", ["AddSeconds"] = "Write + '30s'.", ["AddDays"] = "Write + '1d'.",
        ["Count"] = "Write .count without parentheses.",
    };

    public static bool IsAutomatic(string name) => name is "_" or "$" or "^" or "?" || Automatic.Contains(name);

    public static (string What, string? Fix) Of(Ast ast, string text) => ast switch
    {
        InvokeMemberExpressionAst { Static: true } or MemberExpressionAst { Static: true } => ("a static member of a type is not available in an expression", "Use the values of the run, or let a script step work it out."),
        InvokeMemberExpressionAst call => ("a method call is not available in an expression", call.Member is StringConstantExpressionAst name && Methods.TryGetValue(name.Value, out var fix) ? fix : "Use an operator, or let a script step work it out."),
        ConvertExpressionAst => ("a cast is not available in an expression", "Arithmetic converts: 0 + $x makes a number, \"$x\" a text."),
        TypeExpressionAst or TypeConstraintAst => ("a type is not available in an expression", "Compare the value itself."),
        AttributedExpressionAst => ("an attribute is not available in an expression", "Leave it out."),
        ScriptBlockExpressionAst => ("a script block is not available in an expression", "A comparison with a list on its left gives the items it is true for."),
        SubExpressionAst => ("$( … ) is not available in an expression", "Write ( … )."),
        UsingExpressionAst => ("$using: is not available in an expression", "Write the name without using:."),
        AssignmentStatementAst => ("an assignment is not available in an expression", "To compare write -eq; the kind 'set' sets variables."),
        PipelineAst { PipelineElements.Count: > 1 } => ("a pipeline is not available in an expression", "Use -match, -like, -replace or a comparison with the list on its left."),
        PipelineAst { PipelineElements: [CommandAst command] } => ($"a command ({Short(Text(command.CommandElements[0], text))}) is not run by an expression", "Put text in quotes; to run something use a probe, command or script step."),
        PipelineAst { PipelineElements: [CommandExpressionAst { Redirections: [var redirection, ..] }] } =>
            ("a redirection is not available in an expression", Text(redirection, text).StartsWith('<') ? "To compare write -lt." : "To compare write -gt (or -ge)."),
        PipelineAst => ("this is not an expression", null),
        ErrorExpressionAst or ErrorStatementAst => ("this is not complete", null),
        _ when ast.GetType().Name == "PipelineChainAst" => ("&& and || are not available in an expression", "Write -and or -or."),
        StatementAst => ($"a statement ({Short(Text(ast, text).Split(' ', '(', '{')[0])}) is not available in an expression", "For a choice write condition ? yes : no."),
        _ => ($"{Short(Text(ast, text))} is not available in an expression", null),
    };

    public static (string What, string? Fix) Operator(TokenKind kind, string text) => kind switch
    {
        TokenKind.Is or TokenKind.IsNot or TokenKind.As => ($"{text} is not available in an expression", "Compare with $null, or declare the type of the parameter."),
        TokenKind.PlusPlus or TokenKind.MinusMinus or TokenKind.PostfixPlusPlus or TokenKind.PostfixMinusMinus => ($"{text} is not available in an expression", "Write + 1 or - 1; the kind 'set' sets variables."),
        _ => ($"the operator {text} is not available in an expression", null),
    };

    /// <summary>What an error of PowerShell's parser probably means.</summary>
    public static string? ParserFix(string text, int offset, string errorId)
    {
        var rest = text.AsSpan(Math.Clamp(offset, 0, text.Length)).TrimStart();
        if (text.Contains("${{", StringComparison.Ordinal)) return "Write the expression itself, without ${{ }}.";
        if (rest.StartsWith("!=")) return "To compare write -ne.";
        if (rest.StartsWith("=")) return "To compare write -eq.";
        if (rest.StartsWith("<")) return "To compare write -lt (or -le).";
        return errorId == "ExpectedValueExpression" && rest is [var first, ..] && char.IsLetter(first) ? "Put text in quotes." : null;
    }

    /// <summary>As written: the tree may be of a text with words masked.</summary>
    private static string Text(Ast ast, string text) => text[ast.Extent.StartOffset..ast.Extent.EndOffset];

    private static string Short(string text) => text.Length <= 30 ? text : text[..30] + "…";
}
