// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Default values from the environment for options that are not on the command line: {@code FLANNELD_IP_MASQ} for
 * {@code --ip-masq}. An empty variable counts as not set. A command that mixes in {@link FlannelOptions} sets this as
 * its default value provider.
 */
public final class FlanneldEnvironment implements IDefaultValueProvider
{
    private static final String PREFIX = "FLANNELD_";

    private final Map<String, String> environment;

    /** The environment of this process. */
    public FlanneldEnvironment()
    {
        this(System.getenv());
    }

    public FlanneldEnvironment(final Map<String, String> environment)
    {
        this.environment = environment;
    }

    @Override
    public @Nullable String defaultValue(final ArgSpec argument)
    {
        if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp())
        {
            return null;
        }
        final String variable = variable(option);
        final String value = environment.get(variable);
        if (value == null || value.isEmpty())
        {
            return null;
        }
        if (option.converters().length > 0)
        {
            check(option, variable, value);
        }
        else if (option.type() == int.class && !value.matches("-?\\d{1,9}"))
        {
            throw wrong(option, variable, value, "is not a number");
        }
        return value;
    }

    static String variable(final OptionSpec option)
    {
        final String longest = Arrays.stream(option.names()).max(Comparator.comparing(String::length)).orElseThrow();
        return PREFIX + longest.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** picocli's message would name the option, which the user has not given. */
    private static void check(final OptionSpec option, final String variable, final String value)
    {
        try
        {
            option.converters()[0].convert(value);
        }
        catch (final Exception ex)
        {
            throw wrong(option, variable, value, ex.getMessage());
        }
    }

    private static ParameterException wrong(
        final OptionSpec option, final String variable, final String value, final @Nullable String why)
    {
        return new ParameterException(
            option.command().commandLine(), "environment variable " + variable + "=" + value + ": " + why);
    }
}
