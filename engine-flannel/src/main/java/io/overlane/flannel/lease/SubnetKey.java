// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The subnets of one lease, by which leases are distinguished: an IPv4 subnet, an IPv6 one, or one of each.
 *
 * @param v4 IPv4 subnet; null in an IPv6 network, for which only Kubernetes keeps leases.
 * @param v6 IPv6 subnet; null in an IPv4 network.
 */
public record SubnetKey(@Nullable IpPrefix v4, @Nullable IpPrefix v6)
{
    /**
     * Anchored at the end only, as in flannel: text in front, such as the registry's prefix, is skipped. Each run of
     * digits is matched once, as a key may have a million of them.
     */
    private static final Pattern TEXT = Pattern.compile(
        "(?<!\\d)(\\d{1,3}(?:\\.\\d{1,3}){3})-(\\d{1,4})(?:&([a-f\\d:]+)-(\\d{1,4}))?\\z");

    /** flannel's parser keeps the IPv4 length in five bits. */
    private static final int MAX_V4_LENGTH = 31;
    private static final int MAX_V6_LENGTH = 127;

    /** @throws IllegalArgumentException without any subnet, or with one of the wrong family. */
    public SubnetKey
    {
        if (v4 == null && v6 == null || v4 != null && !v4.address().isV4() || v6 != null && v6.address().isV4())
        {
            throw new IllegalArgumentException(
                "expected an IPv4 subnet, an IPv6 one, or one of each: " + v4 + ", " + v6);
        }
    }

    /** @return key of a lease with this subnet only. */
    public static @Nullable SubnetKey of(final IpPrefix subnet)
    {
        return subnet.address().isV4() ? new SubnetKey(subnet, null) : new SubnetKey(null, subnet);
    }

    /**
     * Parse a key of the registry.
     *
     * @param text {@code 10.5.34.0-24} or {@code 10.5.34.0-24&fd00:12:13::-56}, after anything.
     * @return the subnets, or null if the text is no such key; flannel nodes skip those.
     */
    public static @Nullable SubnetKey parse(final String text)
    {
        final Matcher matcher = TEXT.matcher(text);
        if (!matcher.find())
        {
            return null;
        }
        try
        {
            final IpPrefix v4 = prefix(matcher.group(1), matcher.group(2), MAX_V4_LENGTH);
            return new SubnetKey(
                v4, matcher.group(3) == null ? null : prefix(matcher.group(3), matcher.group(4), MAX_V6_LENGTH));
        }
        catch (final IllegalArgumentException ex)
        {
            return null;
        }
    }

    private static IpPrefix prefix(final String address, final String length, final int maxLength)
    {
        final int bits = Integer.parseInt(length);
        if (bits > maxLength)
        {
            throw new IllegalArgumentException("prefix length " + bits);
        }
        return new IpPrefix(IpAddress.parse(address), bits);
    }

    /** @return the name of the registry's key, {@code 10.5.34.0-24&fd00:12:13::-56}. */
    public String registryName()
    {
        if (v4 == null)
        {
            throw new IllegalStateException("a registry key needs an IPv4 subnet: " + this);
        }
        return dashed(v4) + (v6 == null ? "" : "&" + dashed(v6));
    }

    private static String dashed(final IpPrefix prefix)
    {
        return prefix.address() + "-" + prefix.length();
    }

    @Override
    public String toString()
    {
        return v4 == null ? String.valueOf(v6) : v6 == null ? v4.toString() : v4 + " & " + v6;
    }
}
