// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import io.overlane.cli.OneLineErrors;
import io.overlane.cli.RunOptions;
import io.overlane.cli.bridge.plan.BridgeOptions;
import io.overlane.cli.bridge.plan.OptionTypes;
import io.overlane.cli.config.Place;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** Options from a configuration file, each with its line. */
final class ConfigArguments
{
    private final Place place;
    private final Parser parser;
    private final List<Argument> arguments = new ArrayList<>();
    /** Shared by all copies; null until there is one. */
    private @Nullable Parser parserOfCopies;

    /** One option. */
    private record Argument(String name, String value, Place place)
    {
        private String word()
        {
            return "--" + name + "=" + value;
        }
    }

    /** Both kinds of options. */
    @Command(name = "tun-bridge")
    static final class Parsed
    {
        @Mixin
        private BridgeOptions bridge;

        @Mixin
        private RunOptions run;

        BridgeOptions bridge()
        {
            return bridge;
        }

        RunOptions run()
        {
            return run;
        }
    }

    /** Parses into the same options each time, as reading the annotations takes milliseconds. */
    private static final class Parser
    {
        private final Parsed parsed = new Parsed();
        private final CommandLine commandLine =
            OptionTypes.converting(new CommandLine(parsed)).setInterpolateVariables(false);
    }

    /**
     * @param place to report for errors that concern no option.
     */
    ConfigArguments(final Place place)
    {
        this(place, new Parser());
    }

    private ConfigArguments(final Place place, final Parser parser)
    {
        this.place = place;
        this.parser = parser;
    }

    static CommandLine commandLine()
    {
        return OptionTypes.converting(new CommandLine(new Parsed()));
    }

    ConfigArguments copy(final Place other)
    {
        if (parserOfCopies == null)
        {
            parserOfCopies = new Parser();
        }
        final ConfigArguments copy = new ConfigArguments(other, parserOfCopies);
        copy.arguments.addAll(arguments);
        return copy;
    }

    /** Where an option was set. */
    Place place(final String name)
    {
        return arguments.stream()
            .filter(argument -> argument.name.equals(name))
            .findFirst()
            .map(Argument::place)
            .orElse(place);
    }

    /** Value of an option, if it is set. */
    @Nullable String value(final String name)
    {
        return arguments.stream()
            .filter(argument -> argument.name.equals(name))
            .findFirst()
            .map(Argument::value)
            .orElse(null);
    }

    /** Replace a value. */
    void set(final String name, final String value, final Place from)
    {
        remove(name);
        add(name, value, from);
    }

    void remove(final String name)
    {
        arguments.removeIf(argument -> argument.name.equals(name));
    }

    void add(final String name, final String value, final Place from)
    {
        arguments.add(new Argument(name, value, from));
    }

    /**
     * @return the options; those of a copy are valid until another copy is parsed.
     * @throws IllegalArgumentException if one cannot be parsed; the message has file and line.
     */
    Parsed parse()
    {
        try
        {
            parser.commandLine.parseArgs(arguments.stream().map(Argument::word).toArray(String[]::new));
            return parser.parsed;
        }
        catch (final ParameterException ex)
        {
            throw blame(ex);
        }
    }

    /** Parse each option alone to find the wrong one. */
    private IllegalArgumentException blame(final ParameterException unknown)
    {
        for (final Argument argument : arguments)
        {
            try
            {
                parser.commandLine.parseArgs(argument.word());
            }
            catch (final ParameterException ex)
            {
                return argument.place.problem(withoutDashes(OneLineErrors.message(ex)));
            }
        }
        return place.problem(withoutDashes(OneLineErrors.message(unknown)));
    }

    /**
     * Find the line of a problem with options.
     *
     * @param problem that names an option and perhaps its value.
     * @return the same problem with file and line.
     */
    IllegalArgumentException locate(final IllegalArgumentException problem)
    {
        final String message = String.valueOf(problem.getMessage());
        Place best = null;
        int longest = 0;
        for (final Argument argument : arguments)
        {
            final String named = "--" + argument.name;
            final String whole = named + " " + argument.value;
            final int length = message.contains(whole) ? whole.length() :
                message.contains(named) ? 1 :
                message.contains(argument.value) && argument.value.length() > 3 ? 2 : 0;
            if (length > longest)
            {
                longest = length;
                best = argument.place;
            }
        }
        return (best == null ? place : best).problem(new IllegalArgumentException(withoutDashes(message), problem));
    }

    /** In a file, options are keys, so messages name them without dashes. */
    static String withoutDashes(final String message)
    {
        return message
            .replaceAll("option '--([a-z-]+)'( \\([^)]*\\))?", "'$1'")
            .replaceAll("(?<![\\w-])--(?=[a-z])", "");
    }
}
