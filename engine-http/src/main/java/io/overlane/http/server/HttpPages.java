// SPDX-License-Identifier: Apache-2.0
package io.overlane.http.server;

/** Makes the pages of a server. */
@FunctionalInterface
public interface HttpPages
{
    /**
     * Runs on a thread of the server, for one request at a time.
     *
     * @param question for a page.
     * @return the answer; with status 404 if there is no such page. An exception becomes status 500.
     */
    HttpReply reply(HttpQuestion question);
}
