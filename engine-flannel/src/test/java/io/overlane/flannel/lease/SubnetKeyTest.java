// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpPrefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of keys are read and refused as flannel does. */
class SubnetKeyTest
{
    @ParameterizedTest
    @CsvSource({
        "10.12.13.0-24, 10.12.13.0/24, ",
        "10.5.34.0-31, 10.5.34.0/31, ",
        "10.12.13.0-24&fd00:12:13::-56, 10.12.13.0/24, fd00:12:13::/56",
        "10.12.13.0-24&::-0, 10.12.13.0/24, ::/0"
    })
    void shouldReadAndWriteTheSameName(final String name, final String v4, final String v6)
    {
        final SubnetKey key = SubnetKey.parse(name);
        assertEquals(new SubnetKey(IpPrefix.parse(v4), v6 == null ? null : IpPrefix.parse(v6)), key);
        assertEquals(name, key.registryName());
    }

    @Test
    void shouldLookAtTheEndOnly()
    {
        assertEquals(SubnetKey.parse("10.5.34.0-24"), SubnetKey.parse("/coreos.com/network/subnets/10.5.34.0-24"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        // flannel's own list.
        "10", "10.12.13.0", "10.12.13-24", "10.12.13.300-24", "10.12.13.0-24hi", "&2001::-56",
        "10.12.13.0-24&:12:13:-56", "10.12.13.0-24&20011::-56", "10.12.13.0-24&2001-56", "10.12.13.0-24&2001::",
        "10.12.13.0-24&2001::-56hi",
        // Lengths have five and seven bits; digits are lower case; a line end is no end.
        "10.12.13.0-32", "10.12.13.0-24&2001::-128", "10.12.13.0-24&FD00::-56", "10.12.13.0-24\n", "10x12.13.0-24",
        "10.12.13.0-99999999999", "", "x/2110.12.13.0-24", "10.2110.12.13.0-24"
    })
    void shouldRefuse(final String name)
    {
        assertNull(SubnetKey.parse(name));
    }

    /** With one look at the digits behind each digit this takes an hour. */
    @Test
    @Timeout(60)
    void shouldRefuseAsManyDigitsAsEtcdKeeps()
    {
        assertNull(SubnetKey.parse("/coreos.com/network/subnets/" + "1".repeat(1_500_000)));
        assertNull(SubnetKey.parse("1.".repeat(750_000)));
    }

    @Test
    void shouldHaveNoRegistryNameWithoutIpv4()
    {
        final SubnetKey key = SubnetKey.of(IpPrefix.parse("fd00::/64"));
        assertEquals("fd00::/64", key.toString());
        assertThrows(IllegalStateException.class, key::registryName);
    }

    @Test
    void shouldRefuseTheWrongFamily()
    {
        assertThrows(IllegalArgumentException.class, () -> new SubnetKey(IpPrefix.parse("fd00::/64"), null));
        assertThrows(IllegalArgumentException.class, () -> new SubnetKey(null, null));
    }
}
