// The look of the page: paper, ink, one accent for the model and a second colour for what is wrong. Palette after Okabe and Ito (2008), darkened where
// letters are written in it, so that every text has a contrast of 4.5 at least (WCAG AA) on both papers.
#include "candor/candid/report/page.h"

namespace candor::candid::page {

const char* const page_style = R"css(
:root{color-scheme:light dark;--paper:#fffefb;--ink:#191d22;--soft:#5a626b;--hair:#e4e1d9;--wash:#f6f4ee;--accent:#1f5fa8;--accent-rgb:31 95 168;--warn:#a84a08;--warn-rgb:214 108 20;--heat:.6;
--c1:#1f5fa8;--c2:#b3500c;--c3:#0a7a5a;--c4:#9c4585;--c5:#7d6200;--c6:#23789a;--c7:#5a626b;--muted:#757d86;
--serif:Charter,"Bitstream Charter","Iowan Old Style","Sitka Text",Cambria,Georgia,"DejaVu Serif",serif;--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif;--mono:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e7e9ec;--soft:#a2abb5;--hair:#2d333a;--wash:#1c2126;--accent:#82b7f2;--accent-rgb:92 152 222;--warn:#f0a068;--warn-rgb:214 122 52;--heat:.55;
--c1:#82b7f2;--c2:#f0a068;--c3:#56c9a4;--c4:#e29ac8;--c5:#d8bb52;--c6:#7dcbe8;--c7:#a2abb5;--muted:#8d96a0}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:4rem;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 var(--sans);font-variant-numeric:tabular-nums;overflow-wrap:break-word}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;z-index:9}
a{color:var(--accent)}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
nav{position:sticky;top:0;z-index:5;background:var(--paper);border-bottom:1px solid var(--hair);display:flex;align-items:center;font-size:.875rem}
nav .brand{font:600 1.05rem var(--serif);color:var(--ink);text-decoration:none;padding:.6rem .9rem .6rem 1.25rem}
nav ul{display:flex;gap:1.1rem;list-style:none;margin:0;padding:.55rem 1.25rem .55rem 0;overflow-x:auto;white-space:nowrap;scrollbar-width:none;position:relative}
nav ul::-webkit-scrollbar{display:none}
nav li a{color:var(--soft);text-decoration:none;display:block;padding:.3rem 0}nav li a:hover{color:var(--ink)}nav li a[aria-current]{color:var(--accent)}
main{padding:0 1.25rem 4rem;max-width:792px;margin:0 auto}
header{padding:2.2rem 0 .5rem}
.over{margin:0;color:var(--soft);font-size:.875rem}
h1,h2,h3,h4{line-height:1.25;text-wrap:balance}
h1{font:600 clamp(1.9rem,5vw,2.7rem)/1.15 var(--serif);margin:.4rem 0 1.2rem;letter-spacing:-.01em}
h2{font:600 1.6rem/1.25 var(--serif);margin:0 0 1.3rem;letter-spacing:-.005em}
h3{font-size:1rem;font-weight:600;margin:0 0 .6rem}h4{font-size:.95rem;font-weight:600;margin:0}
.answer{font:400 clamp(1.25rem,3.2vw,1.5rem)/1.45 var(--serif);margin:0;max-width:38em}
.answer b{color:var(--accent);font-weight:600;white-space:nowrap}
.verdict{font:400 clamp(1.1rem,2.6vw,1.25rem)/1.45 var(--serif);margin:.5rem 0 0;max-width:42em}
.verdict.unclear,.verdict.worse{color:var(--warn)}
.tiles{display:flex;flex-wrap:wrap;gap:1.2rem 2.6rem;margin:2rem 0 0;padding:1.2rem 0;border-top:1px solid var(--hair);border-bottom:1px solid var(--hair)}
.tiles dt{color:var(--soft);font-size:.8125rem}.tiles dd{margin:0;font-size:1.45rem;line-height:1.3;font-weight:500}
small{display:block;color:var(--soft);font-size:.8125rem;font-weight:400;line-height:1.4}
section{padding:3rem 0 0}
p{margin:0 0 1rem}
.note,.reading{color:var(--soft);font-size:.875rem;line-height:1.5;max-width:44em}.reading{margin:.7rem 0 0}.note{margin:1rem 0}
.prose{padding-left:1.1rem;max-width:44em;margin:0 0 1.5rem}.prose li{margin:.3rem 0}
.figures{display:grid;grid-template-columns:minmax(0,1fr);gap:2.8rem 3rem;align-items:start}
figure{margin:0;min-width:0}
figcaption h3{margin-bottom:.7rem}
.plot{display:block;width:100%;height:auto;overflow:visible;touch-action:pan-y}
.narrow .plot,.broad .plot{max-width:none}.broad{display:none}
svg text{font-family:var(--sans);font-size:12px;fill:var(--ink);font-variant-numeric:tabular-nums}
svg .tk,svg .at{fill:var(--soft)}
.gl{stroke:var(--hair);fill:none;stroke-width:1}.ax{stroke:var(--muted);fill:none;stroke-width:1}
.ref{stroke:var(--muted);stroke-width:1.2;stroke-dasharray:4 4;fill:none}
.c1{color:var(--c1)}.c2{color:var(--c2)}.c3{color:var(--c3)}.c4{color:var(--c4)}.c5{color:var(--c5)}.c6{color:var(--c6)}.c7{color:var(--c7)}.muted{color:var(--muted)}.ink{color:var(--ink)}
.ln{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.ln.muted{stroke-width:1.6}.ln.ink{stroke-width:1.3}
.d1{stroke-dasharray:7 4}.d2{stroke-dasharray:1 4.5}.d3{stroke-dasharray:9 4 1 4}
.bd{fill:currentColor;opacity:.16;stroke:none}
.pt{fill:none;stroke:currentColor;stroke-width:6;stroke-linecap:round}.pt.many{stroke-width:4.5;opacity:.4}
.wh{stroke:currentColor;stroke-width:2;fill:none;stroke-linecap:round}.plot .wh{stroke-width:1.2;opacity:.7}.wh.over{stroke:var(--ink);stroke-width:1.4}
.br{fill:var(--c1)}.br.muted{fill:var(--muted)}.dt{fill:currentColor}
svg .lb{fill:currentColor;font-weight:500}svg .lb.muted{fill:var(--soft)}
.stripe{fill:rgb(var(--accent-rgb)/.13)}
.area{fill:currentColor;opacity:.26}.sign{fill:currentColor;stroke:var(--paper);stroke-width:1.2;paint-order:stroke}
.h1,.h2,.h3,.h4,.h5,.h6,.h7,.h8{color:var(--c1)}.area.h1{opacity:.06}.area.h2{opacity:.16}.area.h3{opacity:.27}.area.h4{opacity:.38}.area.h5{opacity:.5}.area.h6{opacity:.62}.area.h7{opacity:.76}.area.h8{opacity:.9}.sign.h1,.sign.h2,.sign.h3,.sign.h4,.sign.h5,.sign.h6,.sign.h7,.sign.h8{stroke:var(--ink);stroke-width:.7;fill-opacity:.1}.sign.h3,.sign.h4{fill-opacity:.35}.sign.h5,.sign.h6{fill-opacity:.6}.sign.h7,.sign.h8{fill-opacity:.95}
.ramp{display:inline-block;width:6rem;height:.7rem;vertical-align:-.05rem;background:linear-gradient(90deg,rgb(var(--accent-rgb)/.06),rgb(var(--accent-rgb)/.9))}
.key{font-size:.8125rem;margin:.5rem 0 0;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;align-items:center}.key svg{width:24px;height:8px;margin-right:.4rem;vertical-align:.1em}.key svg.one{width:12px;height:12px;vertical-align:-.1em}
.at-pointer{fill:var(--paper);stroke:var(--accent);stroke-width:2;pointer-events:none}
#tip{position:fixed;display:none;z-index:8;pointer-events:none;white-space:pre;background:var(--ink);color:var(--paper);font-size:.8125rem;line-height:1.4;padding:.35rem .6rem;border-radius:4px}
table{border-collapse:collapse;width:100%;font-size:.9rem;line-height:1.4}
th{text-align:left;font-weight:500}tbody th{overflow-wrap:anywhere;min-width:4.2em}.plain tbody th{min-width:6.5em}thead th{color:var(--soft);font-size:.8125rem;font-weight:400;vertical-align:bottom;padding:0 .8rem .4rem 0}
.num{text-align:right!important;white-space:nowrap}
.plain td,.plain th,.classes td,.classes th{padding:.45rem .8rem .45rem 0}.plain tbody tr,.classes tbody tr{border-top:1px solid var(--hair)}
.plain td:last-child,.plain th:last-child{padding-right:0}.plain td{overflow-wrap:anywhere}.plain td.num{overflow-wrap:normal}
.strip{display:block;width:100%;height:24px;overflow:visible}.strip.full{position:absolute;inset:0;height:100%}.strip.axis{height:20px}
.classes .strips{width:17%;min-width:3.5rem}.layers .strips{width:14%}
.dots td,.dots th{padding:.35rem 0}.dots .strips{padding:0;width:46%;position:relative;min-height:28px}.dots tbody th{padding-right:1rem}.dots .num{padding-left:1rem}
.dots tfoot .strips small{text-align:center}.dots tbody th{font-weight:400}.dots .strong th{font-weight:600;color:var(--accent)}
.scroll{overflow-x:auto;max-width:100%}figure:not(.wide) .heat{width:100%;font-size:.9rem}figure:not(.wide) .heat td{height:2.9rem}
.heat{width:auto;font-size:.8125rem}.heat td{min-width:2.6rem;height:2.1rem;text-align:center;padding:0 .3rem;border:2px solid var(--paper);background:rgb(var(--accent-rgb)/calc(var(--v,0)*var(--heat)));color:var(--ink)}
.heat td.neg{background:rgb(var(--warn-rgb)/calc(var(--v,0)*var(--heat)))}.heat tbody td:not([style]){color:var(--soft)}.heat thead td{background:none}
.heat tbody th{font-weight:400;padding:0 .6rem 0 0;white-space:nowrap;text-align:right}.heat thead th{padding:0 .2rem .3rem;text-align:center;color:var(--ink)}.heat .over,.heat .corner{color:var(--soft)!important;font-size:.8125rem}.heat .corner{text-align:right;padding-right:.6rem}
.heat.upright thead th span{writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap}
.list{margin:0 0 1.5rem;font-size:.9375rem}.list>div{display:grid;grid-template-columns:minmax(0,1fr);padding:.45rem 0;border-top:1px solid var(--hair)}.list>div:first-child{border-top:0}.list dt{color:var(--soft);font-size:.875rem}.list dd{margin:0;overflow-wrap:anywhere}
.findings{list-style:none;margin:0;padding:0}.findings li{display:flex;gap:.9rem;padding:.9rem 0;border-top:1px solid var(--hair)}.findings li:first-child{border-top:0;padding-top:0}.findings div{min-width:0}.findings p{margin:0;max-width:44em}.findings p:first-child{font-size:.875rem;color:var(--soft)}
.findings .sign{flex:none;width:1.5rem;height:1.5rem;border-radius:50%;text-align:center;line-height:1.5rem;font-weight:600;font-size:.875rem;color:var(--paper);background:var(--soft);margin-top:.15rem}.findings .is-warning .sign,.findings .is-error .sign{background:var(--warn)}.findings .is-warning b,.findings .is-error b{color:var(--warn)}
code,pre{font-family:var(--mono);font-size:.84em}
pre{background:var(--wash);padding:1rem 1.1rem;margin:0 0 1.5rem;overflow-x:auto;line-height:1.5;border-radius:4px}pre.command{white-space:pre-wrap;overflow-wrap:anywhere}
summary{cursor:pointer;padding:.3rem 0;margin-bottom:.5rem}
.cards{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:minmax(0,1fr);gap:0 3rem}.cards li{border-top:1px solid var(--hair);padding:.9rem 0;min-width:0}
.cards.pictures{grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:1.6rem 1.2rem}.cards.pictures li{border:0;padding:0}
.cards img,.gallery img{display:block;width:100%;aspect-ratio:1;object-fit:contain;background:var(--wash);border-radius:3px;margin-bottom:.5rem}
.said{display:flex;flex-wrap:wrap;gap:0 1.1rem;margin:0;font-size:.9375rem}.said small{display:inline}.said span:first-child b{color:var(--warn)}.right .said span:first-child b{color:inherit}.pictures .said{display:block;font-size:.875rem}.pictures .said span{display:block}
.cells{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;margin:.35rem 0 0;font-size:.8125rem;line-height:1.5}.cells div{display:flex;gap:.4rem;min-width:0}.cells dt{color:var(--soft)}.cells dd{margin:0;overflow-wrap:anywhere}
.from{margin:.3rem 0 0;font-size:.8125rem;color:var(--soft);overflow-wrap:anywhere;line-height:1.4}
.gallery{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(4.6rem,1fr));gap:1rem}.gallery p{margin:0;font-size:.8125rem;text-align:center;line-height:1.3}.gallery img{margin-bottom:.3rem}
.px{image-rendering:pixelated}
.network{display:block;max-width:100%;height:auto;margin:0 auto}
@media screen and (max-width:700px){.network{max-width:max(100%,calc(var(--w,2000px)*.75))}}
@media screen and (prefers-color-scheme:dark){.network{filter:invert(.92) hue-rotate(180deg)}}
.columns{list-style:none;margin:0;padding:0}.columns>li{display:grid;grid-template-columns:minmax(0,1fr);gap:.5rem 2rem;padding:.9rem 0;border-top:1px solid var(--hair);align-items:start}
.role,.summary{margin:0;font-size:.8125rem;color:var(--soft);line-height:1.45}.summary b{color:var(--warn);font-weight:500}.columns .target h4{color:var(--accent)}
.mini{display:block;width:100%;height:34px}.mini path{fill:var(--muted)}.target .mini path{fill:var(--accent)}
.ends span{white-space:nowrap}.ends{display:flex;justify-content:space-between;margin:.15rem 0 0;font-size:.75rem;color:var(--soft);border-top:1px solid var(--hair);gap:.6rem}
.word{display:flex;justify-content:space-between;gap:1rem;margin:0 0 2px;font-size:.8125rem;line-height:1.55;padding:0 .4rem;background:linear-gradient(90deg,rgb(var(--accent-rgb)/.18) calc(var(--v)*100%),transparent 0)}.word span:first-child{min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.word.rest{background:none;color:var(--soft)}
@media (min-width:640px){
.figures{grid-template-columns:repeat(2,minmax(0,1fr))}.wide{grid-column:1/-1}.narrow{display:none}.broad{display:block}
.list>div{grid-template-columns:13rem minmax(0,1fr);gap:1rem}
.cards:not(.pictures){grid-template-columns:repeat(2,minmax(0,1fr))}
.columns>li{grid-template-columns:minmax(0,1fr) minmax(0,1.15fr) minmax(0,.8fr)}
}
@media (max-width:639px){
.layers .strips{display:none}.layers tbody th{min-width:10em}
.heat.many{font-size:.6875rem}.heat.many td{min-width:1.35rem;padding:0;border-width:1px}.heat.many .corner,.heat.many tbody th{padding-right:.25rem}
.heat td{min-width:1.9rem;padding:0 .1rem}figure:not(.wide) .heat{font-size:.8125rem}
.dots thead,.dots tfoot td:last-child,.dots tfoot td:first-child{display:none}.dots,.dots tbody,.dots tfoot{display:block}.dots tr{padding-top:.35rem}.dots tr{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 1rem}.dots .strips{grid-column:1/-1;grid-row:2;width:auto;height:28px}.dots tfoot .strips{height:auto}

.classes .strips{display:none}
}
@media (min-width:1040px){
.layers tbody th{min-width:9em}.layers td:nth-child(2){min-width:5.5em}
body{display:grid;grid-template-columns:minmax(11rem,1fr) minmax(0,792px) minmax(2rem,1fr)}
nav{align-self:start;flex-direction:column;align-items:flex-end;border:0;padding:2.3rem 2.2rem 2rem 1rem;max-height:100vh;overflow-y:auto;text-align:right}
nav .brand{padding:0 0 1rem}nav ul{flex-direction:column;gap:.1rem;padding:0;white-space:normal;overflow:visible}
html{scroll-padding-top:0}main{margin:0;width:100%}
}
@media print{
@page{margin:18mm 16mm}:root{--paper:#fff}
body{font-size:10.5pt;display:block}nav,.skip,#tip{display:none!important}main{max-width:none;padding:0}header{padding-top:0}
section{padding-top:1.8rem}h2,h3,figcaption{break-after:avoid}figure:not(.wide),.dots,tr,.cards li,.columns>li,.findings li{break-inside:avoid}
.figures{display:block}.figures>figure{margin-bottom:1.8rem}.figures>figure:not(.wide){display:inline-block;width:46%;vertical-align:top;margin-right:3%}
.scroll{overflow:visible}details::details-content{content-visibility:visible;height:auto}pre{white-space:pre-wrap}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
)css";

}  // namespace candor::candid::page
