// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.forward.PassedCalls;
import org.junit.jupiter.api.Test;

/** An underlay in front of another. */
class ForwardingUnderlayTest
{
    @Test
    void shouldPassOnEveryMethod() throws Exception
    {
        final PassedCalls<Underlay> calls = new PassedCalls<>(Underlay.class);
        calls.assertPassedOn(new ForwardingUnderlay(calls.behind())
        {
        });
    }
}
