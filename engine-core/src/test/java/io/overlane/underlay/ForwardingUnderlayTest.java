// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import static org.junit.jupiter.api.Assertions.assertSame;

import io.overlane.forward.PassedCalls;
import org.junit.jupiter.api.Test;

/** An underlay in front of another. */
class ForwardingUnderlayTest
{
    private final PassedCalls<Underlay> calls = new PassedCalls<>(Underlay.class);
    private final Underlay underlay = new ForwardingUnderlay(calls.behind())
    {
    };

    @Test
    void shouldPassOnEveryMethod() throws Exception
    {
        calls.assertPassedOn(underlay, "fastUnderlay");
    }

    @Test
    void shouldReceiveEachDatagramUnlessASubclassLetsTheFastPathPass()
    {
        assertSame(underlay, underlay.fastUnderlay());
    }
}
