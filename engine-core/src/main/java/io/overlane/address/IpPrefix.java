// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

/**
 * An address and a prefix length, in CIDR notation. The address may have bits set behind the prefix, as an interface
 * address has; {@link #base()} clears them.
 *
 * @param address any address.
 * @param length  leading bits that count: 0…32 for IPv4, 0…128 for IPv6.
 */
public record IpPrefix(IpAddress address, int length)
{
    /** @throws IllegalArgumentException if the length does not fit the family. */
    public IpPrefix
    {
        if (length < 0 || length > address.bits())
        {
            throw new IllegalArgumentException("prefix length " + length + " outside 0…" + address.bits());
        }
    }

    /**
     * @param text {@code ADDRESS/LENGTH}.
     * @return the prefix.
     * @throws IllegalArgumentException if {@code text} is anything else; the message says what is wrong.
     */
    public static IpPrefix parse(final String text)
    {
        final int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}"))
        {
            throw new IllegalArgumentException("not a CIDR: '" + Printable.line(text) + "' (expected ADDRESS/LENGTH)");
        }
        try
        {
            return new IpPrefix(
                IpAddress.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException(
                "not a CIDR: '" + Printable.line(text) + "' (" + ex.getMessage() + ")", ex);
        }
    }

    /** @return the prefix with every bit behind its length cleared. */
    public IpPrefix base()
    {
        final int mappedLength = mappedLength();
        return new IpPrefix(
            new IpAddress(address.high() & highMask(mappedLength), address.low() & lowMask(mappedLength)), length);
    }

    /**
     * @return true if an address is of this family and shares the prefix. A prefix without a zone contains addresses of
     *         all zones.
     */
    public boolean contains(final IpAddress other)
    {
        final int mappedLength = mappedLength();
        final long high = address.zone() == 0 ? IpAddress.withZone(other.high(), 0) : other.high();
        return other.isV4() == address.isV4() &&
            ((high ^ address.high()) & highMask(mappedLength)) == 0 &&
            ((other.low() ^ address.low()) & lowMask(mappedLength)) == 0;
    }

    /** @return true if some address is in both prefixes. */
    public boolean overlaps(final IpPrefix other)
    {
        return length <= other.length ? contains(other.address) : other.contains(address);
    }

    /** @return the prefix length over the mapped form: 96 more for IPv4. */
    public int mappedLength()
    {
        return address.isV4() ? length + 96 : length;
    }

    /** @return the bits of the first word that a prefix of mapped length 0…128 covers. */
    public static long highMask(final int mappedLength)
    {
        return mappedLength == 0 ? 0 : mappedLength >= 64 ? -1L : -1L << (64 - mappedLength);
    }

    /** @return the bits of the second word that a prefix of mapped length 0…128 covers. */
    public static long lowMask(final int mappedLength)
    {
        return mappedLength <= 64 ? 0 : -1L << (128 - mappedLength);
    }

    @Override
    public String toString()
    {
        return address + "/" + length;
    }
}
