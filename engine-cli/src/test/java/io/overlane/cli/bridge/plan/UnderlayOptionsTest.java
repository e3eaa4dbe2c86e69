// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.cli.Main;
import io.overlane.cli.OneLineErrors;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.OuterContext;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of the underlay: what they take, and what they say to the rest. */
class UnderlayOptionsTest
{
    @Test
    void shouldReadARange()
    {
        assertEquals(new PortRange(49_152, 65_535), PortRange.parse("49152-65535"));
        assertEquals(new PortRange(5000, 5000), PortRange.parse("5000-5000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5000", "0-5", "5-4", "1-65536", "a-b", "1-2-3", "-5", "5-", "99999999999-5"})
    void shouldRefuseWhatIsNone(final String text)
    {
        assertThrows(IllegalArgumentException.class, () -> PortRange.parse(text));
    }

    @Test
    void shouldSayInOneLineWhatIsWrong()
    {
        assertBadUsage("'7-6' (expected LOW-HIGH within 1-65535)", "--source-ports", "7-6");
        assertBadUsage("needs --underlay libc, not nio", "--source-ports", "50000-50010", "--underlay", "nio");
        assertBadUsage("--threads 3: neither 1 nor 2", "--threads", "3");
        assertBadUsage("--queues 17: outside 1...16", "--queues", "17");
        assertBadUsage("--queues 2: needs --underlay libc, not nio", "--queues", "2", "--underlay", "nio");
        assertBadUsage("--threads 1: needs --underlay libc, not netty", "--threads", "1", "--underlay", "netty");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --ttl 0            | --ttl 0: expected 1...255 or inherit or default
        --ttl 256          | --ttl 256: expected 1...255 or inherit or default
        --tos 0x1ff        | --tos 0x1ff: expected 0...255 or inherit
        --tos high         | --tos high: expected 0...255 or inherit
        --df maybe         | maybe
        --dev eth0         | --dev eth0: needs --group
        --group 192.0.2.9  | --group 192.0.2.9: not a multicast group
        --group 239.1.1.1 --local 192.0.2.1 | --group 239.1.1.1: \
        --local 192.0.2.1 cannot receive from groups; use 0.0.0.0
        --group 239.1.1.1 --mode ip-udp     | --group: only with --mode vxlan
        --ttl 9 --underlay nio              | --ttl 9: needs --underlay libc or netty, not nio
        --df unset --underlay nio           | --df unset: needs --underlay libc or netty, not nio
        --group 239.1.1.1 --underlay nio    | --group 239.1.1.1: needs --underlay libc, not nio
        --udp-checksum off --underlay netty | --udp-checksum off: needs --underlay libc, not netty
        --fast-path tc --underlay nio       | --fast-path tc: needs --underlay libc, not nio
        --fast-path auto --mode ip-udp      | --fast-path auto: only with --mode vxlan
        --fast-path tc --queues 2           | --fast-path tc: not with --queues
        --fast-path fast                    | is no fast path (expected off, auto, tc, xdp)
        """)
    void shouldSayWhatIsWrongWithOuterHeaders(final String line, final String part)
    {
        assertBadUsage(part, line.split(" +"));
    }

    @Test
    void shouldPlanOuterHeaders()
    {
        final BridgePlan plan = BridgeOptionsParser.plan(
            "--ttl inherit --tos 0x4b --df unset --udp-checksum off --group ff05::1 --dev eth0", new FakeHost());
        final OuterContext outer = plan.policy().outer();
        assertEquals(OuterContext.INHERIT, outer.ttl());
        assertEquals(0x48, outer.tos());
        assertEquals(DontFragment.UNSET, outer.dontFragment());
        assertEquals(
            8, BridgeOptionsParser.plan("--tos 8 --underlay nio", new FakeHost()).policy().outer().tos());
        assertEquals(
            9, BridgeOptionsParser.plan("--ttl 9 --underlay netty", new FakeHost()).policy().outer().ttl());
        assertFalse(plan.checksum());
        assertEquals(Set.of(IpAddress.parse("ff05::1")), plan.policy().groups());
        assertEquals("eth0", plan.multicastDevice());
    }

    @Test
    void shouldListenOnIpv6ForAnIpv6Group()
    {
        assertEquals(IpAddress.ANY_V6,
            BridgeOptionsParser.plan("--group ff05::1", new FakeHost()).local().address());
        assertEquals(1430, BridgeOptionsParser.plan("--group ff05::1", new FakeHost()).mtu());
        assertEquals(1450, BridgeOptionsParser.plan("--group 239.1.1.1 --dev eth0", new FakeHost()).mtu());
    }

    @Test
    void shouldKnowWhetherIpv4IsReached()
    {
        assertTrue(BridgeOptionsParser.plan(
            "--local :: --flood 192.0.2.2 --flood 2001:db8::2", new FakeHost()).reachesIpv4());
        assertTrue(BridgeOptionsParser.plan("--local :: --group 239.1.1.1", new FakeHost()).reachesIpv4());
        assertFalse(BridgeOptionsParser.plan("--flood 2001:db8::2", new FakeHost()).reachesIpv4());
    }

    private static void assertBadUsage(final String part, final String... options)
    {
        final String[] args = new String[options.length + 1];
        args[0] = "tun-bridge";
        System.arraycopy(options, 0, args, 1, options.length);
        final StringWriter err = new StringWriter();
        assertEquals(OneLineErrors.BAD_USAGE,
            Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), args));
        assertTrue(err.toString().contains(part), err.toString());
        assertEquals(1, err.toString().lines().count());
    }
}
