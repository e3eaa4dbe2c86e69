// SPDX-License-Identifier: Apache-2.0
package io.overlane.event;

/** An application receives events until it closes this. Any thread. */
public interface EventSubscription extends AutoCloseable
{
    /** @return number of events that the subscriber did not get because it was too slow or its executor refused. */
    long lost();

    /** Deliver no more events. An event that the subscriber handles now is handled to its end. */
    @Override
    void close();
}
