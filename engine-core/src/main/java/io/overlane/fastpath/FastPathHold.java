// SPDX-License-Identifier: Apache-2.0
package io.overlane.fastpath;

/** While this is open, the fast path of an engine stands still. */
@FunctionalInterface
public interface FastPathHold extends AutoCloseable
{
    /** Let the fast path carry frames again, if nothing else holds it. Any thread, any number of times. */
    @Override
    void close();
}
