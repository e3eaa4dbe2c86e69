// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.admin.rule.SegmentRule;
import io.overlane.cli.OneLineErrors;
import io.overlane.ebpf.FastPathMode;
import io.overlane.port.VlanPriority;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.IGetter;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** Converters of option values: addresses, ranges and names. */
public final class OptionTypes
{
    private OptionTypes()
    {
    }

    /**
     * Read the values of a command line with the parsers of their types, and show the errors of these parsers as they
     * are.
     *
     * @param commandLine to change.
     * @return the same command line.
     */
    public static CommandLine converting(final CommandLine commandLine)
    {
        addRules(commandLine);
        commandLine.getSubcommands().values().forEach(OptionTypes::addRules);
        return commandLine
            .registerConverter(MacAddress.class, OneLineErrors.converter(MacAddress::parse))
            .registerConverter(IpAddress.class, OneLineErrors.converter(IpAddress::parse))
            .registerConverter(IpPrefix.class, OneLineErrors.converter(IpPrefix::parse))
            .registerConverter(BridgeMode.class, OneLineErrors.converter(BridgeMode::parse))
            .registerConverter(UnderlayKind.class, OneLineErrors.converter(UnderlayKind::parse))
            .registerConverter(VlanPriority.class, OneLineErrors.converter(VlanPriority::parse))
            .registerConverter(
                BridgeOptions.VlanProtocol.class, OneLineErrors.converter(BridgeOptions.VlanProtocol::parse))
            .registerConverter(BridgeOptions.VlanTags.class, OneLineErrors.converter(BridgeOptions.VlanTags::parse))
            .registerConverter(FastPathMode.class, OneLineErrors.converter(FastPathMode::parse))
            .registerConverter(PortRange.class, OneLineErrors.converter(PortRange::parse))
            .registerConverter(Path.class, OneLineErrors.converter(Path::of))
            .registerConverter(Integer.class, text -> number(text, Integer::valueOf))
            .registerConverter(int.class, text -> number(text, Integer::valueOf))
            .registerConverter(Long.class, text -> number(text, Long::valueOf))
            .registerConverter(Boolean.class, OptionTypes::yesOrNo)
            .registerConverter(boolean.class, OptionTypes::yesOrNo)
            .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** One option for each row of the table of rules. */
    private static void addRules(final CommandLine commandLine)
    {
        commandLine.getMixins().values().stream().filter(BridgeOptions.class::isInstance).forEach(mixin ->
        {
            for (final SegmentRule rule : SegmentRule.values())
            {
                commandLine.getCommandSpec().addOption(option((BridgeOptions)mixin, rule));
            }
        });
    }

    private static OptionSpec option(final BridgeOptions options, final SegmentRule rule)
    {
        final OptionSpec.Builder option = OptionSpec.builder("--" + rule)
            .paramLabel(rule.syntax())
            .hideParamSyntax(true)
            .description(rule.description())
            .initialValue(null)
            .getter(new IGetter()
            {
                @Override
                @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
                public <T> @Nullable T get()
                {
                    return (T)options.rule(rule);
                }
            })
            .setter(new ISetter()
            {
                @Override
                public <T> T set(final T value)
                {
                    options.rule(rule, value);
                    return value;
                }
            });
        if (rule.isList())
        {
            option.type(List.class).auxiliaryTypes(String.class).splitRegex(",").arity("1");
        }
        else
        {
            option.type(String.class).arity(rule.isSwitch() ? "0..1" : "1").fallbackValue(rule.isSwitch() ? "on" : "");
        }
        return option.build();
    }

    /** Parses a number, with errors that do not name Java types. */
    private static <T> T number(final String text, final Function<String, T> parser)
    {
        try
        {
            return parser.apply(text);
        }
        catch (final NumberFormatException ex)
        {
            throw new TypeConversionException(
                "'" + text + (text.matches("-?[0-9]+") ? "' is too large a number" : "' is not a number"));
        }
    }

    private static Boolean yesOrNo(final String text)
    {
        if (!text.matches("(?i)true|false"))
        {
            throw new TypeConversionException("'" + text + "' is neither true nor false");
        }
        return Boolean.valueOf(text);
    }
}
