// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

/** A VXLAN network identifier: 24 bits, checked at the edge and an {@code int} inside (RFC 7348 §5). */
public final class Vni
{
    /** The smallest VNI; legal, as on Linux. */
    public static final int MIN_VALUE = 0;

    /** The largest VNI. */
    public static final int MAX_VALUE = 0xFF_FFFF;

    private Vni()
    {
    }

    /**
     * @param vni a number from a user.
     * @return the same number.
     * @throws IllegalArgumentException if it is not within 0…16777215.
     */
    public static int check(final long vni)
    {
        if (vni < MIN_VALUE || vni > MAX_VALUE)
        {
            throw new IllegalArgumentException("not a VNI: " + vni + " (expected 0…" + MAX_VALUE + ")");
        }
        return (int)vni;
    }
}
