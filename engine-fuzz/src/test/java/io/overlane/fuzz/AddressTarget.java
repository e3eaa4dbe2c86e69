// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Printable;
import io.overlane.address.Vtep;
import java.util.List;
import java.util.function.Function;

/** A text as each kind of address: refused in one line, or a value whose own text has the same value. */
final class AddressTarget implements FuzzTarget
{
    @Override
    public void accept(final byte[] input)
    {
        final String text = Input.text(input);
        final IpAddress address = both(text, IpAddress::parse);
        if (address != null)
        {
            assertEquals(address.withZone(0), IpAddress.of(address.withZone(0).toInetAddress()));
            assertEquals(address.bits() == 32, address.isV4());
            assertEquals(address, new IpPrefix(address, address.bits()).base().address());
        }
        final IpPrefix prefix = both(text, IpPrefix::parse);
        if (prefix != null)
        {
            assertEquals(prefix.base(), prefix.base().base());
            assertTrue(prefix.contains(prefix.address()) && prefix.overlaps(prefix.base()));
        }
        both(text, MacAddress::parse);
        both(text, each -> Vtep.parse(each, 8472));
        final String line = Printable.line(text);
        assertEquals(line, Printable.line(line), "a safe text stays as it is");
    }

    private static <T> T both(final String text, final Function<String, T> parser)
    {
        final T value;
        try
        {
            value = parser.apply(text);
        }
        catch (final IllegalArgumentException ex)
        {
            return null;
        }
        assertEquals(value, parser.apply(value.toString()), "the value's own text");
        return value;
    }

    @Override
    public List<byte[]> seeds()
    {
        return Input.ofEach(
            "192.0.2.1", "fd00::1", "::ffff:192.0.2.1", "fe80::1%lo", "fe80::1%1", "::", "1:2:3:4:5:6:7:8",
            "10.0.0.0/8", "fd00::/64", "::/0", "0.0.0.0/0", "02:00:00:00:00:01", "2-0-0-0-0-1", "192.0.2.1:4789",
            "[fd00::1]:8472",
            "[fe80::1%lo]:1", "fd00::1:8472", "1.2.3", "::1.2.3.4");
    }
}
