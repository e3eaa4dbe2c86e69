package io.overlane.examples.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Whatever goes wrong is one line on standard error that starts with {@code overlane: }, and a non-zero exit code.
 */
public final class OneLineErrors
{
    /** It was asked for rightly and did not work. */
    public static final int FAILED = 1;

    /** It was not asked for rightly: an unknown option, a value that cannot be. */
    public static final int BAD_USAGE = 2;

    private static final String PREFIX = "overlane: ";

    private OneLineErrors()
    {
    }

    /** Debug messages only for who asks for them. Before the first logger is made. */
    public static void configureLogging()
    {
        if (isDebug())
        {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
        }
    }

    /**
     * @param parser throws {@link IllegalArgumentException} with a message for a person.
     * @param <T>    what an option wants.
     * @return a converter whose errors are that message and the option's name.
     */
    public static <T> ITypeConverter<T> converter(final Function<String, T> parser)
    {
        return text ->
        {
            try
            {
                return parser.apply(text);
            }
            catch (final IllegalArgumentException ex)
            {
                throw new TypeConversionException(ex.getMessage());
            }
        };
    }

    public static int onBadUsage(final ParameterException ex, final String[] args)
    {
        final CommandLine command = ex.getCommandLine();
        printTrace(ex, command.getErr());
        final String message = ex instanceof UnmatchedArgumentException unmatched ? unmatched(unmatched) : message(ex);
        command.getErr().println(PREFIX + message + hint(command, message));
        command.getErr().flush();
        return BAD_USAGE;
    }

    public static int onFailure(final Exception ex, final CommandLine command, final ParseResult parsed)
    {
        printTrace(ex, command.getErr());
        command.getOut().flush();
        command.getErr().println(PREFIX + message(ex));
        command.getErr().flush();
        return ex instanceof IllegalArgumentException ? BAD_USAGE : FAILED;
    }

    /**
     * @param error anything thrown.
     * @return one line for a person.
     */
    public static String message(final Throwable error)
    {
        final Throwable cause = error instanceof UncheckedIOException ? error.getCause() : error;
        final String message = oneLine(cause.getMessage());
        if (cause instanceof NoSuchFileException)
        {
            return "there is no file " + message;
        }
        if (cause instanceof AccessDeniedException)
        {
            return "no permission for " + message;
        }
        final boolean isSpoken = cause instanceof IOException || cause instanceof IllegalArgumentException ||
            cause instanceof UnsupportedOperationException || cause instanceof ParameterException;
        return message.isEmpty() || !isSpoken ?
            (cause.getClass().getSimpleName() + " " + message).strip() :
            message;
    }

    private static String unmatched(final UnmatchedArgumentException ex)
    {
        final String first = ex.getUnmatched().get(0);
        final boolean isTopLevel = ex.getCommandLine().getParent() == null;
        return first.startsWith("-") ?
            "unknown option '" + first + "'" :
            isTopLevel ? "unknown command '" + first + "'" : "unexpected argument '" + first + "'";
    }

    private static String hint(final CommandLine command, final String message)
    {
        return message.contains("--help") ? "" :
            " (try " + command.getCommandSpec().qualifiedName() + " --help)";
    }

    private static String oneLine(final String message)
    {
        return message == null ? "" : message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    private static void printTrace(final Exception ex, final PrintWriter err)
    {
        if (isDebug())
        {
            ex.printStackTrace(err);
        }
    }

    private static boolean isDebug()
    {
        return "1".equals(System.getenv("OVERLANE_DEBUG"));
    }
}
