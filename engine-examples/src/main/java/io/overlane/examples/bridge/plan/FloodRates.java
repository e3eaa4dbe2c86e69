package io.overlane.examples.bridge.plan;

import io.overlane.segment.FloodBudget;
import java.util.ArrayList;
import java.util.List;

/**
 * How many frames may be flooded in a second; 0 is no limit.
 *
 * @param port    from the device.
 * @param segment from all ports of the segment.
 * @param copies  to remotes.
 */
public record FloodRates(int port, int segment, int copies)
{
    public static final FloodRates NONE = new FloodRates(0, 0, 0);

    private static final int MOST = 1_000_000_000;

    /**
     * @param text {@code port=N,segment=N,copies=N}, in any order, one at least.
     * @return the rates.
     * @throws IllegalArgumentException if it is something else.
     */
    public static FloodRates parse(final String text)
    {
        final int[] rates = new int[3];
        for (final String part : text.split(",", -1))
        {
            final int equals = part.indexOf('=');
            final int place = List.of("port", "segment", "copies").indexOf(part.substring(0, Math.max(0, equals)));
            final String number = part.substring(equals + 1);
            if (place < 0 || rates[place] != 0 || !number.matches("[1-9]\\d{0,9}") || Long.parseLong(number) > MOST)
            {
                throw new IllegalArgumentException(
                    "not port=N,segment=N,copies=N in frames a second: '" + text + "'");
            }
            rates[place] = Integer.parseInt(number);
        }
        return new FloodRates(rates[0], rates[1], rates[2]);
    }

    /** A budget of its own for each segment. */
    FloodBudget budget()
    {
        return new FloodBudget(port, segment, copies);
    }

    @Override
    public String toString()
    {
        final List<String> parts = new ArrayList<>();
        add(parts, "port", port);
        add(parts, "segment", segment);
        add(parts, "copies", copies);
        return parts.isEmpty() ? "none" : String.join(",", parts);
    }

    private static void add(final List<String> parts, final String name, final int rate)
    {
        if (rate != 0)
        {
            parts.add(name + "=" + rate);
        }
    }
}
