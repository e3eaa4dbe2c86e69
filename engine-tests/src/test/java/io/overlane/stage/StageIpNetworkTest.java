// SPDX-License-Identifier: Apache-2.0
package io.overlane.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpPrefix;
import io.overlane.fate.Fate;
import io.overlane.policy.IpNetworkContext;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stages decide about the packets of an IP network, too. */
class StageIpNetworkTest
{
    private static final DropReason DENIED = DropReason.custom("test-ip-denied");
    private static final byte[] PACKET = packet(FrameSpec.ipv4Udp());
    private static final byte[] LESS = packet(FrameSpec.ipv4Udp().ttl(63));

    private final EngineHarness harness = EngineHarness.create();
    private final LoopbackPort tap = new LoopbackPort("tap", 1450, 64, 2048);

    private static byte[] packet(final FrameSpec spec)
    {
        final byte[] frame = spec.bytes();
        return Arrays.copyOfRange(frame, 14, frame.length);
    }

    @BeforeEach
    void launch()
    {
        harness.launch(new IpNetworkContext().route(IpPrefix.parse("10.0.0.0/8"), EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
    }

    @AfterEach
    void close()
    {
        harness.close();
    }

    private void add(final Stage stage, final Fate.Direction direction, final StageTarget... targets)
    {
        final StageContext context = new StageContext(stage).direction(direction);
        List.of(targets).forEach(context::target);
        harness.engine().stages().add(context);
        harness.run();
    }

    @Test
    void shouldDropBothWays()
    {
        harness.engine().stages().add(frame ->
        {
            assertNull(frame.ethernet());
            assertEquals(DropLedger.NO_VNI, frame.vni());
            assertEquals(17, frame.protocol());
            frame.drop(DENIED);
        });
        harness.transmit(PACKET);
        harness.assertFrameDropped(DENIED, DropLedger.NO_VNI, null);
        harness.receive(EngineHarness.A, PACKET);
        harness.assertDatagramDropped(DENIED, DropLedger.NO_VNI, EngineHarness.A);
    }

    @Test
    void shouldRedirectAndMirrorFromThePort()
    {
        final StageTarget port = StageTarget.port(tap);
        final StageTarget remote = StageTarget.remote(EngineHarness.B);
        add(frame ->
        {
            frame.mirror(port);
            frame.redirect(remote);
        }, Fate.Direction.ENCAP, port, remote);
        harness.transmit(PACKET);
        assertArrayEquals(PACKET, tap.takeBytes());
        assertArrayEquals(LESS, harness.sentTo(EngineHarness.B).get(0));
        assertEquals(List.of(), harness.sentTo(EngineHarness.A));
        add(frame -> frame.redirect(port), Fate.Direction.ENCAP, port);
        harness.transmit(PACKET);
        assertArrayEquals(PACKET, tap.takeBytes());
        assertArrayEquals(PACKET, tap.takeBytes());
        assertEquals(1, harness.encap().switched());
        assertEquals(2, harness.encap().mirrored());
    }

    @Test
    void shouldRedirectAndMirrorFromTheUnderlay()
    {
        final StageTarget port = StageTarget.port(tap);
        add(frame -> frame.mirror(port), Fate.Direction.DECAP, port);
        harness.receive(EngineHarness.A, PACKET);
        assertArrayEquals(PACKET, tap.takeBytes());
        assertArrayEquals(LESS, harness.delivered().get(0));
        add(frame -> frame.redirect(port), Fate.Direction.DECAP, port);
        harness.receive(EngineHarness.A, PACKET);
        assertArrayEquals(PACKET, tap.takeBytes());
        assertArrayEquals(LESS, tap.takeBytes());
        assertEquals(List.of(), harness.delivered());
    }

    @Test
    void shouldRefuseRemotesForPacketsOfRemotes()
    {
        final StageContext both = new StageContext(frame -> {}).target(StageTarget.remote(EngineHarness.B));
        final String message = assertThrows(
            IllegalArgumentException.class, () -> harness.engine().stages().add(both)).getMessage();
        assertEquals("target remote 192.0.2.11:8472: an IP network cannot send packets of remotes to remotes;" +
            " use direction(ENCAP)", message);
    }
}
