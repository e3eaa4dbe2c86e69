package io.overlane.examples.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.examples.cli.OneLineErrors;
import picocli.CommandLine;

/** What the values of options are read as: addresses, ranges and names instead of text. */
public final class OptionTypes
{
    private OptionTypes()
    {
    }

    /**
     * Has a command line read values with the parsers of their types, whose one-line refusals are shown as they are.
     *
     * @param commandLine to be taught.
     * @return the same command line.
     */
    public static CommandLine converting(final CommandLine commandLine)
    {
        return commandLine
            .registerConverter(MacAddress.class, OneLineErrors.converter(MacAddress::parse))
            .registerConverter(IpAddress.class, OneLineErrors.converter(IpAddress::parse))
            .registerConverter(IpPrefix.class, OneLineErrors.converter(IpPrefix::parse))
            .registerConverter(BridgeMode.class, OneLineErrors.converter(BridgeMode::parse))
            .registerConverter(UnderlayKind.class, OneLineErrors.converter(UnderlayKind::parse))
            .registerConverter(FloodRates.class, OneLineErrors.converter(FloodRates::parse))
            .registerConverter(PortRange.class, OneLineErrors.converter(PortRange::parse))
            .setCaseInsensitiveEnumValuesAllowed(true);
    }
}
