// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

/**
 * UDP ports, both ends included.
 *
 * @param low  first.
 * @param high last; the same as the first for one port.
 */
record PortRange(int low, int high)
{
    static PortRange parse(final String text)
    {
        final String[] ends = text.split("-", -1);
        if (ends.length == 2)
        {
            final int low = port(ends[0]);
            final int high = port(ends[1]);
            if (low > 0 && low <= high)
            {
                return new PortRange(low, high);
            }
        }
        throw new IllegalArgumentException(
            "not a range of UDP ports: '" + text + "' (expected LOW-HIGH within 1-65535)");
    }

    /** 0 if it is not a port. */
    private static int port(final String text)
    {
        if (!text.matches("[0-9]{1,5}"))
        {
            return 0;
        }
        final int port = Integer.parseInt(text);
        return port <= 0xFFFF ? port : 0;
    }

    @Override
    public String toString()
    {
        return low + "-" + high;
    }
}
