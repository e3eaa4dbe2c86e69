// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address as two words, IPv4 in its IPv4-mapped form ({@code ::ffff:a.b.c.d}, RFC 4291 §2.5.5.2).
 *
 * <p>A link-local IPv6 address may have a zone, the interface whose link it belongs to (RFC 4007 §6). The zone, an
 * interface index, is in the lower half of the first word: those bits of a link-local address are zero (RFC 4291
 * §2.5.6). So two links may use one address, and every table distinguishes them.
 *
 * @param high the first eight octets on the wire, first octet highest.
 * @param low  the last eight octets.
 */
public record IpAddress(long high, long low)
{
    /** The start of the low word of an IPv4 address. */
    public static final long V4_MAPPED = 0xFFFF_0000_0000L;

    private static final long ZONE_MASK = 0xFFFF_FFFFL;

    /** {@code 0.0.0.0}. */
    public static final IpAddress ANY_V4 = ofV4(0);

    /** {@code ::}. */
    public static final IpAddress ANY_V6 = new IpAddress(0, 0);

    /** A leading zero is refused: some programs read it as octal, others as decimal. */
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    private static final Pattern V4_TEXT = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

    private static final Pattern V6_TEXT = Pattern.compile("[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]+");

    /** @return an IPv4 address; its first octet on the wire is the highest. */
    public static IpAddress ofV4(final int address)
    {
        return new IpAddress(0, v4Low(address));
    }

    /** @return the low word of an IPv4 address. */
    public static long v4Low(final int address)
    {
        return V4_MAPPED | (address & 0xFFFF_FFFFL);
    }

    /** @return true if the words are an IPv4 address in mapped form. */
    public static boolean isV4(final long high, final long low)
    {
        return high == 0 && (low & 0xFFFF_FFFF_0000_0000L) == V4_MAPPED;
    }

    /** @return true for the first word of a link-local IPv6 address, {@code fe80::/10}, which may have a zone. */
    public static boolean isLinkLocal(final long high)
    {
        return high >>> 54 == 0x3FA;
    }

    /** @return the zone in the first word of an address, the index of an interface; 0 without. */
    public static int zone(final long high)
    {
        return isLinkLocal(high) ? (int)high : 0;
    }

    /**
     * @param high first word of an address.
     * @param zone the index of an interface; 0 for none.
     * @return the word with this zone if the address is link-local, else the word as it is.
     */
    public static long withZone(final long high, final int zone)
    {
        return isLinkLocal(high) ? high & ~ZONE_MASK | zone & ZONE_MASK : high;
    }

    /** @return the same address as a value, with the zone if it has one. */
    public static IpAddress of(final InetAddress address)
    {
        final IpAddress words = words(address);
        return words.withZone(address instanceof Inet6Address v6 ? v6.getScopeId() : 0);
    }

    private static IpAddress words(final InetAddress address)
    {
        final ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
        return octets.capacity() == Integer.BYTES ?
            ofV4(octets.getInt()) :
            new IpAddress(octets.getLong(), octets.getLong());
    }

    /**
     * Read a literal address; names are never looked up.
     *
     * @param text dotted IPv4 or colon IPv6 notation; a link-local address may have a zone, {@code fe80::1%eth0}, by
     *             the name or the index of an interface of this host.
     * @return the address.
     * @throws IllegalArgumentException if {@code text} is no such literal, or the zone is no interface.
     */
    public static IpAddress parse(final String text)
    {
        final int percent = text.indexOf('%');
        if (percent > 0)
        {
            final IpAddress address = parse(text.substring(0, percent));
            if (!isLinkLocal(address.high))
            {
                throw new IllegalArgumentException("'" + text + "': only a link-local address (fe80::/10) has a zone");
            }
            return address.withZone(zone(text.substring(percent + 1), text));
        }
        // InetAddress takes other text for a name and asks the network for its address.
        if (!V4_TEXT.matcher(text).matches() && !V6_TEXT.matcher(text).matches())
        {
            throw notAnAddress(text, null);
        }
        try
        {
            final IpAddress address = words(InetAddress.getByName(text));
            if (isLinkLocal(address.high) && address.high << 10 != 0)
            {
                throw new IllegalArgumentException(
                    "'" + text + "': the 54 bits behind fe80::/10 are zero in a link-local address");
            }
            return address;
        }
        catch (final UnknownHostException ex)
        {
            throw notAnAddress(text, ex);
        }
    }

    private static int zone(final String name, final String text)
    {
        try
        {
            final NetworkInterface found = name.matches("[1-9][0-9]{0,8}") ?
                NetworkInterface.getByIndex(Integer.parseInt(name)) :
                NetworkInterface.getByName(name);
            if (found != null)
            {
                return found.getIndex();
            }
        }
        catch (final SocketException ex)
        {
            throw new IllegalArgumentException("'" + text + "': cannot look for interface '" + name + "'", ex);
        }
        throw new IllegalArgumentException("'" + text + "': no interface of this host is called '" + name + "'");
    }

    public boolean isV4()
    {
        return isV4(high, low);
    }

    /** @return true for {@code 0.0.0.0} and {@code ::}. */
    public boolean isAny()
    {
        return equals(ANY_V4) || equals(ANY_V6);
    }

    /** @return true for {@code 224.0.0.0/4} and {@code ff00::/8}. */
    public boolean isMulticast()
    {
        return isV4() ? (v4() >>> 28) == 0xE : (high >>> 56) == 0xFF;
    }

    /** @return true for a link-local IPv6 address without a zone, whose link is therefore unknown. */
    public boolean lacksZone()
    {
        return isLinkLocal(high) && zone() == 0;
    }

    /** @return the zone of a link-local address, the index of an interface; 0 without. */
    public int zone()
    {
        return zone(high);
    }

    /**
     * @return the address with a zone, the index of an interface or 0, if it is link-local; else the address as it is.
     */
    public IpAddress withZone(final int zone)
    {
        return isLinkLocal(high) ? new IpAddress(withZone(high, zone), low) : this;
    }

    /**
     * @param local an address of this host.
     * @return this address; if it is link-local and has no zone, with the zone of the other.
     */
    public IpAddress inZoneOf(final IpAddress local)
    {
        return zone() == 0 ? withZone(local.zone()) : this;
    }

    /** @return the four octets of an IPv4 address, first on the wire highest. */
    public int v4()
    {
        return (int)low;
    }

    /** @return 32 or 128. */
    public int bits()
    {
        return isV4() ? 32 : 128;
    }

    /** @return the same address for {@code java.net}. */
    public InetAddress toInetAddress()
    {
        final byte[] octets = ByteBuffer.allocate(16).putLong(withZone(high, 0)).putLong(low).array();
        try
        {
            return zone() == 0 ?
                InetAddress.getByAddress(octets) :
                Inet6Address.getByAddress(null, octets, zone());
        }
        catch (final UnknownHostException ex)
        {
            throw new AssertionError("16 octets are always an address", ex);
        }
    }

    @Override
    public String toString()
    {
        if (isV4())
        {
            final int v4 = v4();
            return (v4 >>> 24) + "." + ((v4 >>> 16) & 0xFF) + "." + ((v4 >>> 8) & 0xFF) + "." + (v4 & 0xFF);
        }
        return zone() == 0 ? canonicalV6() : withZone(0).canonicalV6() + "%" + zoneName();
    }

    /** The name of the interface, or its index if the interface is gone. */
    private String zoneName()
    {
        try
        {
            final NetworkInterface found = NetworkInterface.getByIndex(zone());
            return found == null ? Integer.toString(zone()) : found.getName();
        }
        catch (final SocketException ex)
        {
            return Integer.toString(zone());
        }
    }

    /** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as {@code ::}. */
    private String canonicalV6()
    {
        int runStart = -1;
        int runLength = 1;
        for (int i = 0; i < 8; i++)
        {
            int length = 0;
            while (i + length < 8 && group(i + length) == 0)
            {
                length++;
            }
            if (length > runLength)
            {
                runStart = i;
                runLength = length;
            }
            i += length;
        }
        final StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++)
        {
            if (i == runStart)
            {
                text.append("::");
                i += runLength - 1;
                continue;
            }
            if (i > 0 && text.charAt(text.length() - 1) != ':')
            {
                text.append(':');
            }
            text.append(Integer.toHexString(group(i)));
        }
        return text.toString();
    }

    private int group(final int index)
    {
        return (int)((index < 4 ? high : low) >>> ((3 - (index & 3)) * 16)) & 0xFFFF;
    }

    private static IllegalArgumentException notAnAddress(final String text, final @Nullable Exception cause)
    {
        return new IllegalArgumentException("not an IP address: '" + Printable.line(text) + "'", cause);
    }
}
