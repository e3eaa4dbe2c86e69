// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import java.io.ByteArrayOutputStream;

/** Octets appended in network order. */
final class OctetWriter
{
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream(128);

    OctetWriter u8(final int value)
    {
        octets.write(value);
        return this;
    }

    OctetWriter u16(final int value)
    {
        return u8(value >>> 8).u8(value);
    }

    OctetWriter u24(final int value)
    {
        return u8(value >>> 16).u16(value);
    }

    OctetWriter u32(final long value)
    {
        return u16((int)(value >>> 16)).u16((int)value);
    }

    OctetWriter mac(final long value)
    {
        return u16((int)(value >>> 32)).u32(value);
    }

    OctetWriter bytes(final byte[] value)
    {
        octets.writeBytes(value);
        return this;
    }

    byte[] toBytes()
    {
        return octets.toByteArray();
    }

    /** Sum of 16-bit words, end carries folded in, not complemented (RFC 1071). */
    static int sum(final byte[] octets)
    {
        long sum = 0;
        for (int i = 0; i < octets.length; i++)
        {
            sum += (octets[i] & 0xFFL) << ((i & 1) == 0 ? 8 : 0);
        }
        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int)sum;
    }
}
