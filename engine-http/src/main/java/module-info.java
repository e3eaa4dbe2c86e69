// SPDX-License-Identifier: Apache-2.0

/** What a running engine shows over HTTP: metrics, health, JSON and a page; nothing can be changed. */
@SuppressWarnings("module") // The modules that are named below are compiled later.
module io.overlane.http
{
    requires static org.jspecify;
    requires transitive io.overlane.admin;
    requires transitive io.overlane.core;
    requires org.apache.httpcomponents.core5.httpcore5;

    exports io.overlane.http;
    exports io.overlane.http.server to io.overlane.flannel;
}
