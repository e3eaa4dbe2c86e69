// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

import java.util.regex.Pattern;

/**
 * A 48-bit MAC address.
 *
 * @param value the address in the low 48 bits, first octet on the wire highest.
 */
public record MacAddress(long value)
{
    /** {@code ff:ff:ff:ff:ff:ff}. */
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    private static final long MULTICAST_BIT = 0x0100_0000_0000L;
    private static final Pattern TEXT = Pattern.compile("[0-9a-fA-F]{1,2}([:-][0-9a-fA-F]{1,2}){5}");

    /**
     * @throws IllegalArgumentException if {@code value} does not fit 48 bits.
     */
    public MacAddress
    {
        if ((value & ~BROADCAST) != 0)
        {
            throw new IllegalArgumentException("not a 48-bit MAC address: 0x" + Long.toHexString(value));
        }
    }

    /**
     * Read a MAC address in the usual notation.
     *
     * @param text six octets of one or two hexadecimal digits, joined by {@code :} or {@code -}.
     * @return the address.
     * @throws IllegalArgumentException if {@code text} is anything else.
     */
    public static MacAddress parse(final String text)
    {
        if (!TEXT.matcher(text).matches())
        {
            throw new IllegalArgumentException(
                "not a MAC address: '" + Printable.line(text) + "' (expected aa:bb:cc:dd:ee:ff)");
        }
        long value = 0;
        for (final String octet : text.split("[:-]"))
        {
            value = (value << 8) | Integer.parseInt(octet, 16);
        }
        return new MacAddress(value);
    }

    /** @return true for a group address, also broadcast; the address is in the low 48 bits. */
    public static boolean isGroup(final long mac)
    {
        return (mac & MULTICAST_BIT) != 0;
    }

    /**
     * @return true if a station may send from it: neither a group address nor all zero (Linux
     *         {@code is_valid_ether_addr}).
     */
    public static boolean isValidSource(final long mac)
    {
        return mac != 0 && !isGroup(mac);
    }

    /** @return the usual notation, lower case, of an address in the low 48 bits. */
    public static String toString(final long mac)
    {
        final StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8)
        {
            final int octet = (int)(mac >>> shift) & 0xFF;
            text.append(Character.forDigit(octet >>> 4, 16)).append(Character.forDigit(octet & 0xF, 16));
            if (shift > 0)
            {
                text.append(':');
            }
        }
        return text.toString();
    }

    @Override
    public String toString()
    {
        return toString(value);
    }
}
