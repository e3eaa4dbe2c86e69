// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.overlane.forward.PassedCalls;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A port in front of another. */
class ForwardingPortTest
{
    private final PassedCalls<Port> calls = new PassedCalls<>(Port.class);
    private final Port port = new ForwardingPort(calls.behind())
    {
    };

    @Test
    void shouldPassOnEveryMethod() throws Exception
    {
        calls.assertPassedOn(port, "newSelector", "fastPort");
    }

    @Test
    void shouldReceiveEachFrameUnlessASubclassLetsTheFastPathPass()
    {
        assertSame(port, port.fastPort());
    }

    @Test
    void shouldNotAnswerWithTheSelectorOfTheOtherPort() throws Exception
    {
        assertNull(port.newSelector());
        assertEquals(List.of(), calls.seen());
    }
}
