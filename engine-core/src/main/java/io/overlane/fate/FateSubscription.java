// SPDX-License-Identifier: Apache-2.0
package io.overlane.fate;

/** A listener that receives fates until this is closed. */
@FunctionalInterface
public interface FateSubscription extends AutoCloseable
{
    /** Remove the listener. Any thread, any number of times. Throws nothing. */
    @Override
    void close();
}
