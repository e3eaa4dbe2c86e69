// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import io.overlane.cli.config.Suggestion;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports every error as one line on standard error that starts with {@code overlane: }, and a non-zero exit code. */
public final class OneLineErrors
{
    /** The request was valid, but failed. */
    public static final int FAILED = 1;

    /** The request was wrong: an unknown option, or an impossible value. */
    public static final int BAD_USAGE = 2;

    /** picocli's message for a value that is no constant of an enum; it lists the Java names. */
    private static final Pattern NOT_ONE_OF = Pattern.compile("expected one of \\[.*but was '(.*)'$", Pattern.DOTALL);

    private static final String PREFIX = "overlane: ";

    private OneLineErrors()
    {
    }

    /** Turn debug messages on if they are wanted. Call this before the first logger is made. */
    public static void configureLogging()
    {
        if (isDebug())
        {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
        }
    }

    /**
     * @param parser throws {@link IllegalArgumentException} with a message for a person.
     * @param <T>    type of the option.
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
        final boolean isWrapper = error instanceof UncheckedIOException || error instanceof ExecutionException;
        final Throwable cause = isWrapper ? Objects.requireNonNullElse(error.getCause(), error) : error;
        final String line = oneLine(cause.getMessage());
        final String message = cause instanceof ParameterException option ? noneOf(option, line) : line;
        if (cause instanceof NoSuchFileException)
        {
            return "there is no file " + message;
        }
        if (cause instanceof AccessDeniedException)
        {
            return "no permission for " + message;
        }
        // IllegalStateExceptions of the engine have a whole sentence as message.
        final boolean isSpoken = cause instanceof IOException || cause instanceof IllegalArgumentException ||
            cause instanceof IllegalStateException || cause instanceof UnsupportedOperationException ||
            cause instanceof ParameterException;
        return message.isEmpty() || !isSpoken ?
            (cause.getClass().getSimpleName() + " " + message).strip() :
            message;
    }

    private static String unmatched(final UnmatchedArgumentException ex)
    {
        final String first = ex.getUnmatched().get(0);
        final CommandSpec command = ex.getCommandLine().getCommandSpec();
        if (first.startsWith("-"))
        {
            final String name = first.replaceFirst("=.*", "");
            return "unknown option '" + name + "'" + meant(name, optionsLike(name, command));
        }
        return command.parent() == null ?
            "unknown command '" + first + "'" + meant(first, command.subcommands().keySet()) :
            "unexpected argument '" + first + "'";
    }

    /** Known options with the same number of dashes. */
    private static List<String> optionsLike(final String name, final CommandSpec command)
    {
        final String dashes = name.replaceFirst("[^-].*", "");
        return command.optionsMap().keySet().stream()
            .filter(option -> option.length() > 2 && option.replaceFirst("[^-].*", "").equals(dashes))
            .toList();
    }

    private static String meant(final String word, final Collection<String> known)
    {
        return Suggestion.nearest(word, known).map(nearest -> ", did you mean " + nearest + "?").orElse("");
    }

    /** The message for a value that is not among those of the option's label. */
    private static String noneOf(final ParameterException ex, final String message)
    {
        final ArgSpec option = ex.getArgSpec();
        final Matcher value = NOT_ONE_OF.matcher(message);
        return option != null && value.find() ?
            message.substring(0, value.start()) + "'" + value.group(1) + "' is none of " +
                option.paramLabel().replace("|", ", ") :
            message;
    }

    private static String hint(final CommandLine command, final String message)
    {
        return message.contains("--help") ? "" :
            " (try " + command.getCommandSpec().qualifiedName() + " --help)";
    }

    private static String oneLine(final @Nullable String message)
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
