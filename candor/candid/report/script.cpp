// A few lines that show the value nearest to the pointer, mark the section that is read, and open what is folded before printing. The page is
// complete without them.
#include "candor/candid/report/page.h"

namespace candor::candid::page {

const char* const page_script = R"js(
"use strict";(()=>{
const tip=document.getElementById("tip"),svgs="http://www.w3.org/2000/svg";
const scale=s=>{const p=s.split(" "),v=p.slice(1).map(Number),log=p[0]==="log";
 const low=log?Math.log10(v[0]):v[0],high=log?Math.log10(v[1]):v[1];
 return{kind:p[0],value:c=>{const x=low+(c-v[2])/(v[3]-v[2])*(high-low);return log?10**x:x}}};
const text=(k,v)=>{if(k==="time"){const t=new Date(v*1e3);return isNaN(t)?"":t.toISOString().slice(0,16).replace("T"," ").replace(" 00:00","")}
 const a=Math.abs(v);return a&&(a<1e-4||a>=1e9)?v.toExponential(2):Number(v.toPrecision(a>=1e3?6:4)).toLocaleString("en",{maximumFractionDigits:6})};
for(const g of document.querySelectorAll("svg[data-x]")){
 const x=scale(g.dataset.x),y=scale(g.dataset.y),names=g.dataset.names.split("|");let points=null,dot=null;
 const load=()=>{points=[];for(const p of g.querySelectorAll("path[data-n]")){const n=(p.getAttribute("d").match(/-?[\d.]+/g)||[]).map(Number);
  for(let i=0;i+1<n.length;i+=2)points.push([n[i],n[i+1],p.dataset.n])}
  dot=document.createElementNS(svgs,"circle");dot.setAttribute("r",4);dot.setAttribute("class","at-pointer");g.append(dot)};
 const hide=()=>{tip.style.display="none";if(dot)dot.style.display="none"};
 const show=e=>{if(!points)load();if(!points.length)return;
  const m=g.getScreenCTM();if(!m)return;const q=new DOMPoint(e.clientX,e.clientY).matrixTransform(m.inverse());
  let best=null,least=1e9;for(const p of points){const d=(p[0]-q.x)**2*4+(p[1]-q.y)**2;if(d<least){least=d;best=p}}
  if(least>8000)return hide();
  dot.setAttribute("cx",best[0]);dot.setAttribute("cy",best[1]);dot.style.display="";
  tip.textContent=(best[2]?best[2]+"\n":"")+(names[0]?names[0]+" ":"")+text(x.kind,x.value(best[0]))+"\n"+(names[1]?names[1]+" ":"")+text(y.kind,y.value(best[1]));
  tip.style.display="block";const at=new DOMPoint(best[0],best[1]).matrixTransform(m),w=tip.offsetWidth;
  tip.style.left=Math.max(4,Math.min(at.x+12,innerWidth-w-8))+"px";tip.style.top=Math.max(4,at.y-tip.offsetHeight-8)+"px"};
 g.addEventListener("pointermove",show);g.addEventListener("pointerdown",show);g.addEventListener("pointerleave",hide)}
addEventListener("scroll",()=>tip.style.display="none",{passive:true});
const links=new Map([...document.querySelectorAll("nav li a")].map(a=>[a.hash.slice(1),a]));
if("IntersectionObserver"in window){const seen=new IntersectionObserver(list=>{for(const e of list)if(e.isIntersecting){
  for(const a of links.values())a.removeAttribute("aria-current");const a=links.get(e.target.id);if(!a)continue;a.setAttribute("aria-current","true");
  const ul=a.closest("ul");if(ul.scrollWidth>ul.clientWidth)ul.scrollTo({left:a.offsetLeft-ul.clientWidth/3})}},{rootMargin:"-20% 0px -70% 0px"});
 for(const s of document.querySelectorAll("section[id]"))seen.observe(s)}
addEventListener("beforeprint",()=>{for(const d of document.querySelectorAll("details"))d.open=true});
})();
)js";

}  // namespace candor::candid::page
