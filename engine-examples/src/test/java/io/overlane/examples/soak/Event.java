// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.util.Set;
import java.util.function.Predicate;

/**
 * Something that is done to the overlay in the course of a minute.
 *
 * @param name    for the table.
 * @param hosts   whose devices or processes fail; the kernel may drop packets there.
 * @param mayLose flows that may lose packets; all others must not lose any.
 * @param drops   reasons of drops that it causes, each at the bridges that it harms.
 * @param body    what is done; at its end everything is as before.
 */
record Event(String name, Set<Integer> hosts, Predicate<Flow> mayLose, Set<String> drops, Body body)
{
    /** What an event does. */
    @FunctionalInterface
    interface Body
    {
        void run() throws Exception;
    }

    /** An event that costs no packet. */
    static Event harmless(final String name, final Set<String> drops, final Body body)
    {
        return new Event(name, Set.of(), flow -> false, drops, body);
    }
}
