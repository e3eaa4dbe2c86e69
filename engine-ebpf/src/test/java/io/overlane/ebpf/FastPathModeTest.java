// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpAddress;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.fastpath.FastPathState;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Values of {@code --fast-path}. */
class FastPathModeTest
{
    private static final String WHY = "no fast path: it needs a LibcUnderlay, not NioUnderlay";

    private final Queue<String> warnings = new ConcurrentLinkedQueue<>();

    private FastPathState launch(final FastPathMode mode) throws IOException
    {
        final EngineContext context = new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0)))
            .segment(new SegmentContext(1).port(new RingPort("ring", 1450, 64)));
        try (OverlayEngine engine = mode.launch(context, warnings::add))
        {
            // The answer comes after that of the mode's own question.
            return engine.fastPath().status().join().state();
        }
    }

    @Test
    void shouldReadItsNames()
    {
        for (final FastPathMode mode : FastPathMode.values())
        {
            assertEquals(mode, FastPathMode.parse(mode.toString()));
        }
        assertEquals(FastPathMode.AUTO, FastPathMode.parse("Auto"));
        assertEquals("'fast' is no fast path (expected off, auto, tc, xdp)",
            assertThrows(IllegalArgumentException.class, () -> FastPathMode.parse("fast")).getMessage());
    }

    @Test
    void shouldWarnWhereThereCanBeNone() throws IOException
    {
        assertEquals(FastPathState.OFF, launch(FastPathMode.OFF));
        assertEquals(0, warnings.size());
        assertEquals(FastPathState.OFF, launch(FastPathMode.AUTO));
        assertEquals("--fast-path auto: " + WHY, warnings.remove());
    }

    @Test
    void shouldRefuseToLaunchWithoutOne()
    {
        final IOException refused = assertThrows(IOException.class, () -> launch(FastPathMode.TC));
        assertEquals("--fast-path tc: " + WHY, refused.getMessage());
    }
}
