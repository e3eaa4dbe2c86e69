// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import java.util.HexFormat;

/** Octets as text and back, for tests. */
public final class Hex
{
    private static final HexFormat PLAIN = HexFormat.of();

    private Hex()
    {
    }

    /**
     * @param octets any number of them.
     * @return two lower-case digits for each octet, without separators.
     */
    public static String of(final byte[] octets)
    {
        return PLAIN.formatHex(octets);
    }

    /**
     * @param offset of the first octet.
     * @param length number of octets.
     * @return two lower-case digits for each octet, without separators.
     */
    public static String of(final byte[] octets, final int offset, final int length)
    {
        return PLAIN.formatHex(octets, offset, offset + length);
    }

    /**
     * @param text hexadecimal digits; white space, {@code :} and {@code -} between octets are skipped.
     * @return the octets.
     * @throws IllegalArgumentException if the text has other characters or an odd number of digits.
     */
    public static byte[] parse(final String text)
    {
        return PLAIN.parseHex(text.replaceAll("[\\s:-]", ""));
    }
}
