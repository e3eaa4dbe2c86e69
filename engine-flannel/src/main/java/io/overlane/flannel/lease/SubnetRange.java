// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * The network of one address family and its division into subnets.
 *
 * @param network      without host bits.
 * @param subnetLength prefix length of a subnet.
 * @param min          base of the first subnet to assign.
 * @param max          base of the last one, not below {@code min}.
 */
public record SubnetRange(IpPrefix network, int subnetLength, IpAddress min, IpAddress max)
{
    /**
     * @param subnet of the same family.
     * @return true if it is one of the subnets of this range, by address and length.
     */
    public boolean fits(final @Nullable IpPrefix subnet)
    {
        return subnet != null && subnet.length() == subnetLength && subnet.address().isV4() == min.isV4() &&
            compare(subnet.address(), min) >= 0 && compare(subnet.address(), max) <= 0;
    }

    /** @return true if one of the subnets of this range contains it. */
    public boolean mayAssign(final IpAddress address)
    {
        return network.contains(address) && fits(new IpPrefix(address, subnetLength).base());
    }

    /** @return the first subnet. */
    public IpPrefix first()
    {
        return new IpPrefix(min, subnetLength);
    }

    /** @return the next, or null after the last. */
    public @Nullable IpPrefix next(final IpPrefix subnet)
    {
        return compare(subnet.address(), max) >= 0 ? null : after(subnet);
    }

    /** The subnet of the same length after this one; wraps at the end of all addresses. */
    static IpPrefix after(final IpPrefix subnet)
    {
        final IpAddress address = subnet.address();
        final int shift = 128 - subnet.mappedLength();
        final long low = shift >= 64 ? address.low() : address.low() + (1L << shift);
        final boolean carry = shift < 64 && Long.compareUnsigned(low, address.low()) < 0;
        final long high = address.high() + (shift >= 64 ? 1L << (shift - 64) : carry ? 1 : 0);
        return new IpPrefix(new IpAddress(high, low), subnet.length());
    }

    static int compare(final IpAddress left, final IpAddress right)
    {
        final int high = Long.compareUnsigned(left.high(), right.high());
        return high != 0 ? high : Long.compareUnsigned(left.low(), right.low());
    }
}
